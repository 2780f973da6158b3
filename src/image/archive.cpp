#include "image/archive.h"

#include "image/format.h"

namespace signet::image {
namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t end_bytes = 2 * block_bytes;
constexpr std::size_t size_at = 124, checksum_at = 148, size_digits = 11;

std::size_t padded(std::size_t size) { return (size + block_bytes - 1) / block_bytes * block_bytes; }

void put_text(Block<block_bytes>& header, std::size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_octal(Block<block_bytes>& header, std::size_t at, std::size_t digits, std::size_t value) {
  for (std::size_t i = digits; i-- > 0; value /= 8) header[at + i] = static_cast<std::uint8_t>('0' + value % 8);
}

// IEEE 1003.1 pax, "ustar Interchange Format".
Block<block_bytes> header_of(const File& file) {
  Block<block_bytes> header{};
  put_text(header, 0, file.name);
  put_octal(header, 100, 7, 0644);
  put_octal(header, 108, 7, 0);
  put_octal(header, 116, 7, 0);
  put_octal(header, size_at, size_digits, file.content.size());
  put_octal(header, 136, 11, 0);
  put_text(header, checksum_at, "        ");
  put_text(header, 156, "0");
  put_text(header, 257, std::string_view{"ustar\00000", 8});
  std::size_t sum = 0;
  for (const std::uint8_t byte : header) sum += byte;
  put_octal(header, checksum_at, 6, sum);
  header[checksum_at + 6] = 0;
  return header;
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == '+' || c == '@';
}

Status check_name(std::string_view name) {
  if (name.size() > archive_name_bytes_max)
    return Error{Errc::too_large, "the name " + std::string{name.substr(0, 40)} + "... is longer than 99 bytes"};
  for (std::size_t at = 0; at <= name.size();) {
    const std::string_view step = name.substr(at, name.find('/', at) - at);
    if (step.empty() || step.front() == '.' || !std::all_of(step.begin(), step.end(), is_plain))
      return Error{Errc::malformed, "a file's name has letters, digits and - _ . + @ alone, and hides nothing"};
    at += step.size() + 1;
  }
  return {};
}

Result<std::size_t> size_in(Bytes header) {
  std::size_t size = 0;
  for (const std::uint8_t digit : header.subspan(size_at, size_digits)) {
    if (digit < '0' || digit > '7') return Error{Errc::malformed, "a size in the archive is no octal number"};
    size = size * 8 + (digit - '0');
  }
  return size;
}

Result<File> take_file(Reader& in) {
  const Bytes header = TRY(in.take(block_bytes));
  const auto end = std::find(header.begin(), header.begin() + archive_name_bytes_max + 1, 0);
  File file{{header.begin(), end}, {}};
  TRY(check_name(file.name));
  const std::size_t size = TRY(size_in(header));
  if (size > payload_bytes_max) return Error{Errc::too_large, "a file in the archive is too large"};
  file.content = TRY(in.take(size));
  for (const std::uint8_t byte : TRY(in.take(padded(size) - size))) {
    if (byte != 0) return Error{Errc::malformed, "the archive has something behind a file"};
  }
  const Block<block_bytes> expected = header_of(file);
  if (!std::equal(header.begin(), header.end(), expected.begin()))
    return Error{Errc::malformed, "the archive says more of a file than its name and size"};
  return file;
}

}  // namespace

Result<Buffer> encode_archive(std::vector<File> files) {
  if (files.size() > archive_files_max) return Error{Errc::too_large, "these are too many files for an archive"};
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  Buffer out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const File& file = files[i];
    TRY(check_name(file.name));
    if (i > 0 && files[i - 1].name == file.name) return Error{Errc::malformed, file.name + " is there twice"};
    if (out.size() + padded(file.content.size()) + block_bytes + end_bytes > payload_bytes_max)
      return Error{Errc::too_large, "the files are too large for an image: " + file.name + " does not fit"};
    const Block<block_bytes> header = header_of(file);
    Writer{out}.bytes(header).bytes(file.content);
    out.resize(padded(out.size()));
  }
  out.resize(out.size() + end_bytes);
  return out;
}

Result<std::vector<File>> decode_archive(Bytes archive) {
  if (archive.size() > payload_bytes_max) return Error{Errc::too_large, "the archive is too large"};
  if (archive.size() < end_bytes) return Error{Errc::malformed, "the archive ends too early"};
  Reader in{archive.first(archive.size() - end_bytes)};
  std::vector<File> files;
  while (!in.empty()) {
    if (files.size() == archive_files_max) return Error{Errc::too_large, "the archive has too many files"};
    File file = TRY(take_file(in));
    if (!files.empty() && files.back().name >= file.name)
      return Error{Errc::malformed, "the files of the archive are not in order"};
    files.push_back(std::move(file));
  }
  for (const std::uint8_t byte : archive.last(end_bytes)) {
    if (byte != 0) return Error{Errc::malformed, "the archive does not end as it should"};
  }
  return files;
}

bool is_of_project(std::string_view name) {
  if (name == "config.yml") return true;
  for (std::size_t at = 0; at < name.size(); at = name.find('/', at) + 1) {
    const std::string_view step = name.substr(at, name.find('/', at) - at);
    if (step.starts_with('.') || step == "__pycache__") return false;
    if (name.find('/', at) == std::string_view::npos) break;
  }
  return name.starts_with("resources/") || name.ends_with(".py");
}

Result<Buffer> encode_project(std::vector<File> files) {
  bool has_main = false;
  for (const File& file : files) {
    if (!is_of_project(file.name)) return Error{Errc::malformed, file.name + " does not belong to a Python project"};
    has_main = has_main || file.name == "main.py";
  }
  if (!has_main) return Error{Errc::malformed, "a Python project has a main.py"};
  return encode_archive(std::move(files));
}

}  // namespace signet::image
