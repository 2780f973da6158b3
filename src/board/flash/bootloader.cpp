#include "board/flash/bootloader.h"

#include "image/archive.h"

#include <fcntl.h>
#include <unistd.h>
#include <filesystem>

namespace signet::board {
namespace {

class PlaceSource final : public image::Source {
 public:
  PlaceSource(FileFlash& flash, const boot::Place& place) : flash_(flash), place_(place) {}
  bool read(std::uint32_t at, std::span<std::uint8_t> out) override {
    return at <= place_.bytes && out.size() <= place_.bytes - at && flash_.read(place_.at + at, out);
  }

 private:
  FileFlash& flash_;
  const boot::Place& place_;
};

Status write_program_file(const std::string& path, Bytes content) {
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400)};
  if (!fd) return os_error("create", path);
  while (!content.empty()) {
    const ssize_t wrote = ::write(fd.get(), content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return os_error("write", path);
    content = content.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

std::string_view name_of(boot::Outcome outcome) {
  switch (outcome) {
    case boot::Outcome::nothing: return "nothing";
    case boot::Outcome::permanent: return "permanent";
    case boot::Outcome::trial: return "trial";
    case boot::Outcome::rescue: return "rescue";
  }
  return "nothing";
}

Result<std::unique_ptr<Bootloader>> Bootloader::open(const std::string& folder, std::string board_name,
                                                     element::Element& element) {
  ReleaseKeys keys = TRY(ReleaseKeys::load(folder));
  FileFlash flash = TRY(FileFlash::open(folder + "/flash"));
  return std::unique_ptr<Bootloader>{new Bootloader{std::move(board_name), std::move(flash), std::move(keys), element}};
}

boot::Outcome Bootloader::start(boot::Reset why) {
  counters_.clear();
  outcome_ = boot_.start(why);
  return outcome_;
}

std::string Bootloader::problem() {
  if (counters_.failure()) return "its rollback counters cannot be read: " + counters_.failure()->what;
  if (flash_.failure()) return flash_.failure()->what;
  if (keys_.accepted().empty())
    return "this board accepts no release key yet: stop it, then signet firmware flash --dir DIR --key release.pem "
           "OS-IMAGE IMAGE";
  return std::string{image::words_of(boot_.fault())} +
         ": bring a signed one with signet firmware install --board CONSOLE IMAGE";
}

Result<Buffer> Bootloader::read_image(boot::Part part) {
  const boot::Place& place = flash_map().place(boot::Area::work, part);
  PlaceSource source{flash_, place};
  image::Layout layout;
  const image::Fault fault = image::read_layout(source, place.bytes, layout);
  if (fault != image::Fault::none) return image::error_of(fault);
  Buffer out(layout.image_bytes);
  if (!source.read(0, out)) return flash_.failure().value_or(Error{Errc::unavailable, "the flash cannot be read"});
  TRY(image::verify(out, keys_.accepted()));
  return out;
}

Result<Loaded> Bootloader::load() {
  const Buffer os = TRY(read_image(boot::Part::os));
  const Buffer application = TRY(read_image(boot::Part::application));
  const image::Image os_image = TRY(image::decode(os));
  const image::Image image = TRY(image::decode(application));
  return Loaded{os_image.facts.version, image.facts.version, image.facts.kind.value_or(image::Kind::os),
                copy_of(image.payload)};
}

Status Bootloader::status_of(boot::Answer answer) {
  switch (answer) {
    case boot::Answer::done: return {};
    case boot::Answer::refused: return image::error_of(boot_.fault());
    case boot::Answer::busy: return Error{Errc::conflict, "an update or its trial is going on"};
    case boot::Answer::failed: break;
  }
  return flash_.failure().value_or(Error{Errc::unavailable, "the flash does not do as told"});
}

Status Bootloader::prepare(boot::Part part) { return status_of(boot_.prepare(part)); }

Status Bootloader::write(boot::Part part, std::uint32_t at, Bytes data) {
  return status_of(boot_.write(part, at, data));
}

Status Bootloader::request(boot::Parts parts) { return status_of(boot_.request(parts)); }

Status Bootloader::confirm() {
  if (outcome_ != boot::Outcome::trial) return Error{Errc::conflict, "no version is on trial"};
  TRY(status_of(boot_.confirm()));
  outcome_ = boot::Outcome::permanent;
  return {};
}

Result<crypto::Digest> Bootloader::work_digest(boot::Part part) { return crypto::sha256(TRY(read_image(part))); }

Result<Buffer> Bootloader::read_park(boot::Part part, std::uint32_t at, std::size_t size) {
  PlaceSource source{flash_, flash_map().place(boot::Area::park, part)};
  Buffer out(size);
  if (!source.read(at, out)) return flash_.failure().value_or(Error{Errc::too_large, "beyond the end of PARK"});
  return out;
}

Status unpack_program(Bytes archive, const std::string& folder) {
  const std::vector<image::File> files = TRY(image::decode_archive(archive));
  const auto is_main = [](const image::File& file) { return file.name == "main.py"; };
  if (std::none_of(files.begin(), files.end(), is_main)) return Error{Errc::malformed, "the project has no main.py"};
  std::error_code failed;
  std::filesystem::remove_all(folder, failed);
  if (failed) return Error{Errc::unavailable, "remove " + folder + ": " + failed.message()};
  for (const image::File& file : files) {
    const std::string path = folder + "/" + file.name;
    TRY(make_folder(std::filesystem::path{path}.parent_path().string(), 0700));
    TRY(write_program_file(path, file.content));
  }
  return {};
}

}  // namespace signet::board
