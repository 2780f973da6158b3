// Firmware onto a board at hand: its first keys and images while it is off, a new version over its console.
#include "board/flash/flasher.h"
#include "cli/console_client.h"
#include "cli/firmware.h"

namespace signet::cli {
namespace {

constexpr Seconds board_answer_timeout{60};        // it erases, or verifies, before it answers
constexpr std::size_t console_chunk_bytes = 4096;  // as base64url within a line of the console

struct Wanted {
  Buffer bytes;
  std::string part;
  std::string version;
};

Result<std::vector<Wanted>> read_images(const std::vector<std::string>& files) {
  std::vector<Wanted> out;
  for (const std::string& file : files) {
    Wanted wanted{TRY(read_image(file)), {}, {}};
    const Result<image::Image> image = image::decode(wanted.bytes);
    if (!image) return Error{image.error()}.within(file);
    if (!image.value().facts.kind) return Error{Errc::malformed, file + " does not say whether it is an OS"};
    wanted.part = *image.value().facts.kind == image::Kind::os ? "os" : "application";
    wanted.version = image::text_of(image.value().facts.version);
    out.push_back(std::move(wanted));
  }
  return out;
}

Status bring(ConsoleClient& board, const Wanted& image) {
  TRY(board.ask("firmware.begin", {{"part", image.part}}, board_answer_timeout));
  for (std::size_t at = 0; at < image.bytes.size(); at += console_chunk_bytes) {
    const Bytes chunk = Bytes{image.bytes}.subspan(at, std::min(console_chunk_bytes, image.bytes.size() - at));
    const json::object arguments{{"part", image.part}, {"at", at}, {"data", base64url(chunk)}};
    TRY(board.ask("firmware.write", arguments, board_answer_timeout));
  }
  return {};
}

void tell(Session& session, const std::vector<Wanted>& images, const std::string& line) {
  json::array parts;
  for (const Wanted& image : images) parts.push_back(json::object{{"part", image.part}, {"version", image.version}});
  if (session.args.as_json) return print_json(session.env.out, {{"images", std::move(parts)}});
  for (const Wanted& image : images) session.env.out << image.part << ' ' << image.version << '\n';
  session.env.out << line << std::endl;
}

}  // namespace

Status run_firmware_flash(Session& session) {
  std::vector<Wanted> images = TRY(read_images(session.args.images));
  board::Flashing flashing{.folder = session.args.folder,
                           .board = session.args.board.empty() ? "virtual" : session.args.board,
                           .keys = {},
                           .images = {}};
  for (const std::string& file : session.args.keys) flashing.keys.push_back(TRY(read_public_key(file)));
  for (const Wanted& image : images) flashing.images.push_back(image.bytes);
  TRY(board::flash_board(flashing));
  tell(session, images, "Flashed. Next: signet-board --flash --dir " + session.args.folder + " --element NAME");
  return {};
}

Status run_firmware_install(Session& session) {
  const std::vector<Wanted> images = TRY(read_images(session.args.images));
  ConsoleClient board = TRY(ConsoleClient::open(session.args.board, session.args.baud));
  json::array parts;
  for (const Wanted& image : images) {
    TRY(bring(board, image));
    parts.emplace_back(image.part);
  }
  TRY(board.ask("firmware.request", {{"parts", std::move(parts)}}, board_answer_timeout));
  TRY(board.ask("reset", {}, board_answer_timeout));
  tell(session, images,
       "The board starts it on trial. Next, before its trial is over: signet firmware confirm --board " +
           session.args.board);
  return {};
}

Status run_firmware_confirm(Session& session) {
  ConsoleClient board = TRY(ConsoleClient::open(session.args.board, session.args.baud));
  TRY(board.ask("firmware.confirm", {}, board_answer_timeout));
  tell(session, {}, "Confirmed: the version that runs is permanent");
  return {};
}

}  // namespace signet::cli
