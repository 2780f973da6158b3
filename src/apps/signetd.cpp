// signetd: the manager. Devices come in on one port, people and programs on another; both meet in the fleet.
#include "api/errors.h"
#include "api/server_certificate.h"
#include "api/site.h"
#include "apps/command_line.h"
#include "apps/every.h"
#include "apps/people_port.h"
#include "apps/signetd_ca.h"
#include "apps/signetd_store.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/log.h"
#include "base/port/process.h"
#include "courier/courier.h"
#include "courier/exporter.h"
#include "element/open/open.h"
#include "fleet/rollout.h"
#include "gateway/gateway.h"
#include "net/worker.h"
#include "store/files/images.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/sqlite.h"

#include <iostream>
#include <mutex>

namespace {

using namespace signet;

constexpr const char* about =
    "The Signet manager: admits genuine devices, keeps what they say, and answers people over HTTPS.";
constexpr const char* example =
    "Example:\n"
    "  signetd --data /var/lib/signet --name signet.example.org\n"
    "  signet setup 'https://signet.example.org:8443/setup#token=...'   (the link that signetd prints)\n\n"
    "  signetd --data /var/lib/signet backup /mnt/backup/monday\n\n"
    "DIR keeps everything: signet.db, firmware/, ingest/, bans and the manager's own keys. 'backup' copies it while "
    "the manager\n"
    "serves, but for readings of the last moment, which still lie in ingest/.\n"
    "SIGINT or SIGTERM ends the program in good order; SIGHUP reads server_certificate and server_key again.";
constexpr std::size_t config_bytes_max = 64 * 1024;
constexpr std::size_t metrics_token_bytes_least = 16;

struct Config : gateway::Config {
  std::uint16_t people_port = 8443;
  bool legacy_claims = false;
  bool quarantine_duplicates = false;
  Seconds session_lifetime{12 * 3600};
  Seconds session_idle{2 * 3600};
  std::string server_certificate;
  std::string server_key;
  std::string webhook_allow;
  std::string webhook_ca;
  std::string metrics_token_file;
  std::uint32_t requests_per_second = api::RequestLimits{}.of_token.per_second;
  std::uint32_t request_burst = api::RequestLimits{}.of_token.burst;
  std::uint32_t stranger_requests_per_second = api::RequestLimits{}.of_stranger.per_second;
  std::uint32_t stranger_request_burst = api::RequestLimits{}.of_stranger.burst;
};
const auto config_fields = std::tuple_cat(
    gateway::config_fields,
    std::tuple{
        Field{"people_port", &Config::people_port, "port for HTTPS; 0: the system chooses"},
        Field{"legacy_claims", &Config::legacy_claims, "yes or no: accept bundles dcn:nonce:signature"},
        Field{"quarantine_duplicates", &Config::quarantine_duplicates,
              "yes or no: keep an identity out that was seen on two boards at once; else it is only audited"},
        Field{"session_lifetime", &Config::session_lifetime, "seconds that a sign-in lasts"},
        Field{"session_idle", &Config::session_idle, "seconds after which one that is not used ends before"},
        Field{"server_certificate", &Config::server_certificate,
              "PEM file, leaf first, for both ports; empty: one below this manager's CA is made at each start"},
        Field{"server_key", &Config::server_key,
              "its P-256 key: a PEM file, or the element that holds it, as pkcs11:token=LABEL?pin-source=file:F"},
        Field{"webhook_allow", &Config::webhook_allow,
              "addresses and nets, with blanks between, that webhooks may reach although they are not public"},
        Field{"webhook_ca", &Config::webhook_ca,
              "PEM file of the authorities that webhooks believe; empty: those that this system believes"},
        Field{"metrics_token_file", &Config::metrics_token_file,
              "file with the token that GET /metrics takes, 16 bytes or more; empty: the operator's sign-in alone"},
        Field{"requests_per_second", &Config::requests_per_second,
              "of REST with one token; who asks faster is told to wait (429)"},
        Field{"request_burst", &Config::request_burst, "how many at once before that; a long one counts several times"},
        Field{"stranger_requests_per_second", &Config::stranger_requests_per_second,
              "the same of one address, IPv6: /64, without a good token"},
        Field{"stranger_request_burst", &Config::stranger_request_burst, "how many at once before that"}});

struct Options {
  std::string data;
  std::string other;  // folder, of backup and restore
  bool as_json = false;
  bool finish = false, force = false;  // of rotate-ca
  std::string config_file;
  std::string ready_file;
  std::vector<std::string> names;
  // Flags win over the file.
  std::optional<std::string> host;
  std::optional<std::uint16_t> device_port;
  std::optional<std::uint16_t> people_port;
  bool legacy_claims = false;
};

Result<Config> load_config(const Options& options) {
  Config config;
  if (!options.config_file.empty()) {
    const Buffer text = TRY(read_file(options.config_file, config_bytes_max));
    Loaded<Config> loaded = load<Config>(text_of(text), config_fields);
    std::string problems;
    for (const std::string& problem : loaded.problems) problems += "\n  " + problem;
    if (!problems.empty()) return Error{Errc::malformed, options.config_file + ":" + problems};
    config = std::move(loaded.config);
  }
  if (options.host) config.listen_host = *options.host;
  if (options.device_port) config.listen_port = *options.device_port;
  if (options.people_port) config.people_port = *options.people_port;
  if (options.legacy_claims) config.legacy_claims = true;
  return config;
}

std::vector<std::string> server_names(const Options& options) {
  std::vector<std::string> names = options.names;
  names.insert(names.end(), {"localhost", "127.0.0.1"});
  return names;
}

// A device takes one open file, and so does a person's request; the store and the loops take some more.
void check_open_files(const Config& config) {
  constexpr std::uint64_t others = 512;
  const std::uint64_t allowed = raise_open_files_limit();
  if (allowed >= config.sessions_max + others) return;
  log_warn("signetd.open_files", {{"allowed", allowed},
                                  {"needed", config.sessions_max + others},
                                  {"advice", "raise LimitNOFILE (ulimit -n), or set sessions_max lower"}});
}

template <class T>
Result<T> with_hint(Result<T> made, const char* flag) {
  if (made) return made;
  Error error = std::move(made).error();
  if (error.code == Errc::conflict) error.what += std::string{" with "} + flag;  // "... or choose another"
  return error;
}

// The server's key within a token or another element. Both ports' threads sign with it, and a session with a token is
// for one at a time.
Result<net::SignDigest> open_server_key(const std::string& name, crypto::Random& random) {
  const element::AskSecret nobody = [](std::string_view what) -> Result<crypto::SecretBytes> {
    return Error{Errc::unauthenticated, "its " + std::string{what} + " is not asked for at a terminal: add " +
                                            "?pin-source=file:PATH (software: passphrase-source) to the name"};
  };
  const auto opened = std::make_shared<element::Opened>(TRY(element::open_element(name, {random, nobody})));
  const auto one_at_a_time = std::make_shared<std::mutex>();
  return net::SignDigest{[opened, one_at_a_time](const crypto::Digest& digest) {
    const std::lock_guard guard{*one_at_a_time};
    return opened->element->sign(digest);
  }};
}

// Looks for a new certificate now and then, and when SIGHUP asks for it.
class Renewal {
 public:
  Renewal(net::Loop& loop, api::ServerCertificate& certificate, const Fd& reload)
      : loop_(loop), certificate_(certificate), reload_(reload) {}
  ~Renewal() {
    loop_.cancel(timer_);
    loop_.unwatch(reload_.get());
  }
  Status start() {
    look_later();
    return loop_.watch(reload_.get(), net::Ready::read, [this](net::Ready) {
      if (take_reload_signal(reload_)) certificate_.look(true);
    });
  }

 private:
  void look_later() {
    timer_ = loop_.after(api::server_certificate_look_interval, [this] {
      certificate_.look(false);
      look_later();
    });
  }
  net::Loop& loop_;
  api::ServerCertificate& certificate_;
  const Fd& reload_;
  net::Loop::TimerId timer_ = 0;
};

// The lock of the store keeps a second signetd out of the folder.
Result<std::unique_ptr<fleet::Store>> open_store(const std::string& folder) {
  const auto open = [&]() -> Result<std::unique_ptr<fleet::Store>> {
    TRY(make_folder(folder, 0700));
    return store::open_sqlite(folder + "/signet.db");
  };
  Result<std::unique_ptr<fleet::Store>> opened = open();
  if (opened) return opened;
  Error error = std::move(opened).error();
  if (error.code == Errc::forbidden) error.what += ": this user may not write there; --data names another folder";
  return std::move(error).within("data folder " + folder);
}

Result<std::string> metrics_token_of(const Config& config) {
  if (config.metrics_token_file.empty()) return std::string{};
  const Buffer file = TRY(read_file(config.metrics_token_file, config_bytes_max));
  std::string token{text_of(file)};
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.size() < metrics_token_bytes_least || token.find_first_of(" \t\r\n") != token.npos) {
    return Error{Errc::malformed, config.metrics_token_file + ": one line without blanks, of " +
                                      std::to_string(metrics_token_bytes_least) +
                                      " bytes or more: openssl rand -hex 32"};
  }
  return token;
}

Result<courier::Config> webhooks_of(const Config& config) {
  Result<courier::Reach> reach = courier::Reach::parse(config.webhook_allow);
  if (!reach) return std::move(reach).error().within("webhook_allow");
  if (!config.webhook_ca.empty() && !file_exists(config.webhook_ca)) {
    return Error{Errc::not_found, "webhook_ca: there is no file " + config.webhook_ca};
  }
  return courier::Config{std::move(reach).value(), config.webhook_ca};
}

api::GateFigures figures_of(const gateway::Gateway& gateway) {
  const gateway::IngestFigures ingest = gateway.ingest_figures();
  return {gateway.sessions(), ingest.backlog_bytes, ingest.accepted_bytes};
}

std::string host_of(const Options& options) { return options.names.empty() ? "localhost" : options.names.front(); }

void tend(fleet::Rollouts& rollouts) {
  if (const auto tended = rollouts.tend(); !tended) log_error("signetd.rollouts", {{"error", tended.error().what}});
}

struct Ports {
  std::uint16_t devices;
  std::uint16_t people;
};

// Says where the manager is, once it serves: to the log, to the ready file for programs, and the setup link to people.
Status announce(const Options& options, const Ports& ports, const std::string& setup_token,
                const std::string& fingerprint) {
  std::string link;
  if (!setup_token.empty()) {
    link = "https://" + host_of(options) + ":" + std::to_string(ports.people) + "/setup#token=" + setup_token +
           "&ca=" + fingerprint;
  }
  log_info("signetd.ready", {{"devices", ports.devices}, {"people", ports.people}, {"ca", fingerprint}});
  if (!link.empty()) {
    std::cout << "This manager has no account yet. Make the first one with this link, which works once, in a browser "
                 "or so:\n\n  signet setup '"
              << link << "'\n"
              << std::endl;
  }
  if (options.ready_file.empty()) return {};
  const json::object ready{
      {"devices", ports.devices}, {"people", ports.people}, {"setup", link}, {"ca", options.data + "/ca.pem"}};
  return write_file_atomic(options.ready_file, bytes_of(json::serialize(ready) + "\n"), 0600);
}

Status serve(const Options& options) {
  const Config config = TRY(load_config(options));
  check_open_files(config);
  const Fd stop = TRY(open_stop_signals());
  const Fd reload = TRY(open_reload_signal());
  SystemClock clock;
  crypto::SystemRandom random;
  const auto store = TRY(open_store(options.data));
  const auto readings = TRY(store::open_sqlite_readings(options.data + database_name));
  const auto identity = TRY(api::ManagerIdentity::open(options.data, clock, random));
  const auto open_key = [&](const std::string& name) { return open_server_key(name, random); };
  const auto certificate = TRY(api::ServerCertificate::create({config.server_certificate, config.server_key}, identity,
                                                              server_names(options), clock, random, open_key));
  const auto loop = TRY(net::Loop::create(clock));
  const courier::Config webhooks = TRY(webhooks_of(config));
  const std::string metrics_token = TRY(metrics_token_of(config));
  fleet::Policy policy;
  policy.check_url = [reach = webhooks.reach](const std::string& url) { return reach.check_url(url); };
  policy.legacy_claims = config.legacy_claims;
  policy.session_lifetime = config.session_lifetime;
  policy.session_idle = config.session_idle;
  policy.quarantine_duplicates = config.quarantine_duplicates;
  fleet::Fleet fleet{*store, clock, random, identity.for_fleet(), policy};
  const std::string setup_token = TRY(fleet.open_setup());
  const auto courier = TRY(courier::Courier::create(webhooks, fleet, *loop));
  courier::ExportFolder exports{options.data + "/exports"};
  const courier::Exporter exporter{exports, fleet, *loop};
  store::ImageFolder images{options.data + firmware_folder};
  fleet::Firmwares firmwares{fleet};
  firmwares.keep_in(&images);
  TRY(firmwares.sweep());
  const auto gateway = TRY(with_hint(
      gateway::Gateway::create(config, fleet, *loop, certificate->identity(), options.data), "--device-port"));
  fleet::Fota{fleet}.serve_at("https://" + host_of(options) + ":" + std::to_string(gateway->port()));

  api::Api api{
      fleet,
      clock,
      {gateway->guard(), [&gateway] { return gateway->save_bans(); }, [&gateway] { return figures_of(*gateway); }},
      {SIGNET_VERSION, identity.ca_pem(), identity.fingerprint(), identity.receipt_key(), gateway->port(),
       static_cast<unsigned>(store::migrations().size()), metrics_token, successor_of(identity)},
      identity.issuer(clock),
      {{config.requests_per_second, config.request_burst},
       {config.stranger_requests_per_second, config.stranger_request_burst}},
      readings.get()};
  net::Worker reader{questions_max};
  fleet::Rollouts rollouts{fleet};
  const Every tending{*loop, Seconds{1}, [&] { api.tend(), tend(rollouts); }};
  const api::Site site{api::built_in_site()};
  net::HttpConfig http;
  http.host = config.listen_host;
  http.port = config.people_port;
  http.identity = certificate->identity();
  http.on_refused = refused_through(*loop, fleet);
  const auto people = TRY(with_hint(net::HttpServer::create(http, through(*loop, api, site, reader)), "--people-port"));

  TRY(loop->watch(stop.get(), net::Ready::read, [&](net::Ready) { loop->stop(); }));
  Renewal renewal{*loop, *certificate, reload};
  TRY(renewal.start());
  TRY(announce(options, {gateway->port(), people->port()}, setup_token, identity.fingerprint()));
  loop->run();
  loop->unwatch(stop.get());
  log_info("signetd.stopping", {{"sessions", gateway->sessions()}});
  return {};
}

void describe(CLI::App& app, Options& options) {
  app.footer(example);
  app.set_version_flag("--version", std::string{"signetd "} + SIGNET_VERSION);
  app.add_option("--data", options.data, "folder that keeps everything; made when missing")
      ->type_name("DIR")
      ->required();
  app.add_option("--host", options.host, "address to bind both ports to (0.0.0.0)")->type_name("ADDRESS");
  app.add_option("--device-port", options.device_port, "MQTT over mutual TLS (8883); 0: the system chooses")
      ->type_name("PORT");
  app.add_option("--people-port", options.people_port, "HTTPS (8443); 0: the system chooses")->type_name("PORT");
  app.add_option("--name", options.names, "host name or address that clients use; beside localhost; may be repeated")
      ->type_name("NAME");
  app.add_option("--config", options.config_file, "settings, one \"name = value\" a line; flags win")
      ->type_name("FILE");
  app.add_flag_callback(
      "--print-config",
      [] {
        throw CLI::CallForVersion{print_config(Config{}, config_fields), 0};
      },
      "print every setting with its meaning, as --config takes it, and exit");
  app.add_option("--ready-file", options.ready_file, "written, as JSON, once the manager serves")->type_name("FILE");
  app.add_flag("--legacy-claims", options.legacy_claims, "accept bundles dcn:nonce:signature, which bind no account");
  for (CLI::App* command : {app.add_subcommand("backup", "copy the data folder to OTHER, while the manager serves"),
                            app.add_subcommand("restore", "make the data folder from the backup OTHER"),
                            app.add_subcommand("check", "read all of the data folder: is it whole?"),
                            app.add_subcommand("rotate-ca",
                                               "another CA for this manager: makes it, tells how many "
                                               "boards trust it, and changes to it")}) {
    command->fallthrough();
    const std::string& name = command->get_name();
    if (name == "check" || name == "rotate-ca") command->add_flag("--json", options.as_json, "for programs");
    if (name == "rotate-ca") {
      command->add_flag("--finish", options.finish, "change to it now; signetd must not run");
      command->add_flag("--force", options.force, "although some boards do not trust it yet");
    }
    if (name == "backup" || name == "restore") {
      command->add_option("other", options.other, "a folder; of backup and restore")->type_name("OTHER")->required();
    }
  }
  app.require_subcommand(0, 1);
}

Status run(const CLI::App& app, const Options& options) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return serve(options);
  const std::string& command = chosen.front()->get_name();
  if (command == "check") return check_data_folder(options.data, options.as_json);
  if (command == "rotate-ca") return rotate_ca({options.data, options.finish, options.force, options.as_json});
  if (command == "restore") return restore_data_folder(options.other, options.data);
  return copy_data_folder(options.data, options.other);
}

}  // namespace

int main(int argc, char** argv) {
  harden_process();
  start_log("signetd");
  Options options;
  CLI::App app{about, "signetd"};
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  return exit_code("signetd", run(app, options));
}
