// foundry_verify.h -- `signet-foundry verify`: anyone judges a unit or a manifest with nothing but the root.
#pragma once

#include "apps/foundry_line.h"
#include "factory/verify.h"

#include <fcntl.h>

namespace signet {

inline constexpr const char* verify_help =
    "A UNIT is an element's link, like unix:PATH: its certificates are rebuilt and judged up to the root, it signs a\n"
    "challenge, its configuration is the foundry's and locked. A MANIFEST is a file: each unit's signature, its log\n"
    "signer, its chain to the root and its ids. Nothing is asked of any network.\n"
    "A log signer is believed when the root itself issued it. Microchip's is not of that kind: --log-signer FILE.\n"
    "Exit code 0: all is as it should be. 65: a unit is not. 69: the element does not answer.";
inline constexpr std::size_t shown_refusals_max = 100;

inline Result<identity::Certificate> certificate_in(const std::string& file) {
  auto certificate = identity::read_certificate(TRY(read_file(file, identity::pem_bytes_max)));
  if (!certificate) return std::move(certificate).error().within(file);
  return certificate;
}

inline Status verify_unit(const Options& options, const identity::Certificate& root) {
  const auto link = TRY(element::open_link(options.unit));
  element::Atecc chip{*link};
  SystemClock clock;
  crypto::SystemRandom random;
  const auto findings = TRY(factory::verify_element(chip, root, clock.now(), random));
  json::object facts;
  for (const factory::Finding& finding : findings) {
    facts[finding.what] = json::object{{"good", finding.good}, {"detail", finding.detail}};
    if (!options.json) {
      std::printf("%-4s %-14s %s\n", finding.good ? "good" : "BAD", finding.what.c_str(), finding.detail.c_str());
    }
  }
  const bool good = findings.back().good;
  if (options.json) print_json({{"unit", options.unit}, {"good", good}, {"findings", std::move(facts)}});
  if (!good) return Error{Errc::malformed, options.unit + " is not a unit of this root"};
  return {};
}

struct Tally {
  std::size_t good = 0;
  std::size_t refused = 0;
  std::size_t emulated = 0;
};

inline void count_unit(const Options& options, const Result<identity::Unit>& unit, Tally& tally) {
  if (unit) {
    ++tally.good;
    if (unit.value().model.ends_with(identity::emulated_suffix)) ++tally.emulated;
    return;
  }
  if (++tally.refused > shown_refusals_max) return;
  if (options.json)
    print_json({{"good", false}, {"reason", unit.error().what}});
  else
    std::printf("BAD  %s\n", unit.error().what.c_str());
}

inline Status verify_manifest(const Options& options, const identity::Certificate& root) {
  identity::Trust trust{std::nullopt, {root}};
  if (!options.log_signer.empty()) trust.log_signer = TRY(certificate_in(options.log_signer));
  const Fd file{::open(options.unit.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return os_error("open", options.unit);
  const bool draws = draws_progress(options);
  Tally tally;
  TRY(identity::judge_units(
      [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
        const ssize_t got = ::read(file.get(), out.data(), out.size());
        if (got < 0) return os_error("read", options.unit);
        if (draws) std::printf("\r\x1b[K%zu units", tally.good + tally.refused), std::fflush(stdout);
        return static_cast<std::size_t>(got);
      },
      trust,
      [&](Result<identity::Unit>&& unit) -> Status {
        count_unit(options, unit, tally);
        return {};
      }));
  if (draws) std::printf("\r\x1b[K");
  if (options.json) {
    print_json({{"manifest", options.unit},
                {"good", tally.refused == 0},
                {"units", tally.good},
                {"emulated", tally.emulated},
                {"refused", tally.refused}});
  } else {
    std::printf("%s: %zu units are good (%zu of them emulated), %zu are refused\n", options.unit.c_str(), tally.good,
                tally.emulated, tally.refused);
  }
  if (tally.refused > 0) return Error{Errc::malformed, options.unit + ": not all units are good"};
  return {};
}

inline Status verify(const Options& options) {
  const auto root = TRY(certificate_in(options.root));
  const bool is_link = !file_exists(options.unit) && options.unit.find(':') != std::string::npos;
  return is_link ? verify_unit(options, root) : verify_manifest(options, root);
}

}  // namespace signet
