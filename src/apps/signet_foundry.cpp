// signet-foundry -- the manufacturer: makes a root and a signer, turns blank elements into identities, publishes them.
#include "apps/command_line.h"
#include "apps/foundry_line.h"
#include "apps/foundry_verify.h"
#include "base/log.h"
#include "base/port/process.h"
#include "board/fuses/virtual_fuses.h"
#include "element/link/open_link.h"
#include "factory/station.h"

#include <cstdio>

namespace signet {
namespace {

json::object facts_of(const identity::Certificate& certificate) {
  return {{"subject", certificate.subject_common_name},
          {"not_before", rfc3339(certificate.not_before)},
          {"not_after", rfc3339(certificate.not_after)},
          {"sha256", hex(identity::fingerprint(certificate))}};
}

json::object facts_of(const factory::Authority& authority) {
  return {{"folder", authority.folder()},
          {"organization", authority.organization()},
          {"root", facts_of(authority.root())},
          {"signer", facts_of(authority.signer())},
          {"log_signer", facts_of(authority.log_signer())}};
}

void print_line(const char* what, const identity::Certificate& certificate) {
  std::printf("%-11s %-40s %s .. %s\n", what, certificate.subject_common_name.c_str(),
              rfc3339(certificate.not_before).substr(0, 10).c_str(),
              rfc3339(certificate.not_after).substr(0, 10).c_str());
}

void print(const factory::Authority& authority, bool as_json) {
  if (as_json) return print_json(facts_of(authority));
  print_line("root", authority.root());
  print_line("signer", authority.signer());
  print_line("log signer", authority.log_signer());
}

Result<std::uint16_t> signer_id_of(const std::string& text) {
  const Buffer bytes = TRY(decode_hex(text));
  if (bytes.size() != 2) return Error{Errc::malformed, "--signer-id takes four hex digits, like F600"};
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

Status init(const Options& options) {
  SystemClock clock;
  crypto::SystemRandom random;
  const factory::AuthorityPlan plan{options.folder, options.organization, TRY(signer_id_of(options.signer_id)),
                                    options.module_file, options.pin_file};
  const auto authority = TRY(factory::Authority::create(plan, clock, random));
  print(*authority, options.json);
  return {};
}

Status show(const Options& options) {
  const auto authority = TRY(factory::Authority::open(options.folder, options.pin_file));
  json::array batches;
  for (const std::string& name : TRY(factory::Batch::names(options.folder))) {
    const auto batch = TRY(factory::Batch::find(options.folder, name));
    batches.push_back(json::object{{"name", name}, {"units", TRY(batch.unit_ids()).size()}});
  }
  if (options.json) {
    json::object facts = facts_of(*authority);
    facts["batches"] = batches;
    print_json(facts);
    return {};
  }
  print(*authority, false);
  for (const auto& batch : batches) {
    std::printf("%-11s %-40s %lld units\n", "batch", batch.at("name").as_string().c_str(),
                static_cast<long long>(batch.at("units").to_number<std::int64_t>()));
  }
  return {};
}

// The fuses of the unit's board, made when there is no such file yet and durable before the element is told.
Result<element::BoardSecret> board_secret_in(const std::string& path, const element::Uid& uid, crypto::Random& random) {
  constexpr std::size_t fuses_bytes_max = 4096;
  constexpr auto bond = static_cast<std::size_t>(board::Fuse::bond);
  const auto file = read_file(path, fuses_bytes_max);
  if (!file && file.error().code != Errc::not_found) return file.error();
  auto bank = file ? board::decode_fuses(file.value()) : Result<board::FuseBank>{board::FuseBank{}};
  if (!bank) return std::move(bank).error().within(path);
  board::FuseBank fuses = std::move(bank).value();
  if (!fuses[bond]) {
    fuses[bond].emplace();
    const auto word = fuses[bond]->reveal_to_fill();
    random.fill(word.first<32>());
    std::ranges::copy(uid, word.begin() + 32);
    Buffer text = board::encode_fuses(fuses);
    const Status kept = write_file_atomic(path, text, 0600);
    crypto::wipe(text);
    TRY(kept);
  }
  const auto word = fuses[bond]->reveal();
  if (!std::ranges::equal(word.subspan<32, element::uid_bytes>(), uid)) {
    return Error{Errc::conflict, path + " belongs to the board of another element: one file a unit"};
  }
  return element::BoardSecret{word.first<32>()};
}

Status personalise(const Options& options) {
  SystemClock clock;
  crypto::SystemRandom random;
  const auto authority = TRY(factory::Authority::open(options.folder, options.pin_file));
  auto batch = TRY(factory::Batch::open(options.folder, options.batch));
  const auto link = TRY(element::open_link(options.element));
  element::Atecc chip{*link};
  factory::Station station{*authority, batch, clock, random};
  std::optional<element::BoardSecret> secret;
  if (!options.bind_to.empty()) secret = TRY(board_secret_in(options.bind_to, TRY(chip.uid()), random));
  const auto tell = [&](std::string_view step) {
    if (!options.json) std::printf("  %.*s\n", static_cast<int>(step.size()), step.data());
  };
  const auto made =
      TRY(station.personalise(chip, part_on(options.element, options), tell, secret ? &*secret : nullptr));
  if (options.json) {
    json::object facts = facts_of(made.certificate);
    facts["unique_id"] = made.unique_id;
    facts["batch"] = options.batch;
    facts["was_finished"] = made.was_finished;
    facts["is_bound"] = made.is_bound;
    print_json(facts);
    return {};
  }
  std::printf("%s %s%s, valid until %s, in batch %s\n", made.certificate.subject_common_name.c_str(),
              made.was_finished ? "was personalised before" : "is personalised",
              made.is_bound ? " and bound to its board" : "", rfc3339(made.certificate.not_after).substr(0, 10).c_str(),
              options.batch.c_str());
  return {};
}

Status manifest(const Options& options) {
  const auto batch = TRY(factory::Batch::find(options.folder, options.batch));
  if (options.output.empty()) {
    TRY(batch.manifest([](std::string_view piece) -> Status {
      if (std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size()) return {};
      return os_error("write", "standard output");
    }));
    return {};
  }
  auto file = TRY(AtomicFile::create(options.output, 0644));
  const std::size_t units = TRY(batch.manifest([&](std::string_view piece) { return file.write(bytes_of(piece)); }));
  TRY(file.commit());
  if (options.json)
    print_json({{"manifest", options.output}, {"units", units}});
  else
    std::printf("%s: %zu units of batch %s\n", options.output.c_str(), units, options.batch.c_str());
  return {};
}

void add_foundry(CLI::App& command, Options& options) {
  command.add_option("--foundry", options.folder, "the foundry's folder, made by `init`")->required();
  command.add_option("--pin-file", options.pin_file, "file with the token's PIN, when it is not in the folder");
}

using Chosen = Status (*)(const Options&);

void add_init(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("init", "make token, root, signer and log signer");
  command->add_option("folder", options.folder, "where the foundry lives; made when missing")->required();
  command->add_option("--organization", options.organization, "name in every certificate");
  command->add_option("--signer-id", options.signer_id, "four hex digits in the signer's name");
  command->add_option("--module", options.module_file, "PKCS#11 module; SoftHSM by default");
  command->add_option("--pin-file", options.pin_file, "file with the token's PIN; by default one is made");
  command->callback([&] { chosen = init; });
}

void add_show(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("show", "certificates and batches");
  add_foundry(*command, options);
  command->callback([&] { chosen = show; });
}

void add_personalise(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("personalise", "turn a blank element into a unit of a batch");
  add_foundry(*command, options);
  command->add_option("--element", options.element, "the element's link, like unix:PATH")->required();
  command->add_option("--batch", options.batch, "the batch it joins");
  command->add_option("--part-number", options.part_number, "as the manifest names the part");
  command->add_option("--bind-to", options.bind_to,
                      "bind it to its board here; FILE gets the board's fuses. Else its keys cross the bus once in\n"
                      "clear, at the first power-on");
  command->callback([&] { chosen = personalise; });
}

void add_run(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("run", "personalise element after element at several places, side by side");
  add_foundry(*command, options);
  command->add_option("--links", options.links, "the places' links; {} stands for the place's number")->delimiter(',');
  command->add_option("--links-file", options.links_file, "the same, a link a line");
  command->add_option("--line", options.places, "how many places; by default as many as there are links");
  command->add_option("--batch", options.batch, "the batch that the units join");
  command->add_option("--part-number", options.part_number, "as the manifest names the part");
  command->add_option("--count", options.count, "units to make; by default until SIGINT or SIGTERM");
  command->add_flag("--once", options.once, "one element a place, which is there already");
  command->footer(run_help);
  command->callback([&] { chosen = run_line; });
}

void add_report(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("report", "yields of a batch: units, scrap and its reasons, retries, times, rate");
  add_foundry(*command, options);
  command->add_option("--batch", options.batch, "which batch");
  command->add_flag("--csv", options.csv, "as CSV");
  command->callback([&] { chosen = report; });
}

void add_verify(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("verify", "judge a unit or a manifest with nothing but the root, offline");
  command->add_option("unit", options.unit, "an element's link, or a manifest file")->required();
  command->add_option("--root", options.root, "the root's certificate")->required();
  command->add_option("--log-signer", options.log_signer, "who signed the manifest, when the root did not issue it");
  command->footer(verify_help);
  command->callback([&] { chosen = verify; });
}

void add_manifest(CLI::App& app, Options& options, Chosen& chosen) {
  auto* command = app.add_subcommand("manifest", "write a batch's signed manifest");
  add_foundry(*command, options);
  command->add_option("--batch", options.batch, "which batch");
  command->add_option("-o,--output", options.output, "file to write; standard output by default");
  command->callback([&] { chosen = manifest; });
}

int start(int argc, char** argv) {
  Options options;
  Chosen chosen = nullptr;
  CLI::App app{
      "The manufacturer's line: a root and a signer in a PKCS#11 token, personalised elements, signed manifests.",
      "signet-foundry"};
  app.footer(
      "Example, from nothing to a manifest:\n"
      "  signet-foundry init ./foundry --organization 'Acme'\n"
      "  signet-foundry personalise --foundry ./foundry --element unix:./board/element.sock --batch 2026-11\n"
      "  signet-foundry run --foundry ./foundry --line 4 --links 'unix:./line/{}.sock' --batch 2026-11 --count 1000\n"
      "  signet-foundry report --foundry ./foundry --batch 2026-11\n"
      "  signet-foundry manifest --foundry ./foundry --batch 2026-11 -o 2026-11.json\n"
      "  signet-foundry verify 2026-11.json --root ./foundry/root.pem");
  app.set_version_flag("--version", "signet-foundry " SIGNET_VERSION);
  app.add_flag("--json", options.json, "answers as JSON");
  app.require_subcommand(1);
  app.fallthrough();
  for (const auto add : {add_init, add_show, add_personalise, add_run, add_report, add_manifest, add_verify})
    add(app, options, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  return exit_code("signet-foundry", chosen(options));
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv) {
  signet::harden_process();
  signet::start_log("signet-foundry");
  return signet::start(argc, argv);
}
