#include "api/metrics.h"

#include "api/routes.h"
#include "crypto/digest.h"
#include "fleet/integration.h"

namespace signet::api {
namespace {

constexpr const char* text_format = "text/plain; version=0.0.4; charset=utf-8";

double seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string number_text(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.15g", value);
  return {text, static_cast<std::size_t>(size)};
}

void one(MetricsText& to, std::string_view name, std::string_view type, std::string_view help, double value) {
  to.begin(name, type, help);
  to.sample({}, value);
}

void add_gate(MetricsText& to, const Gate& gate) {
  const GateFigures figures = gate.figures ? gate.figures() : GateFigures{};
  one(to, "signet_devices_connected", "gauge", "Devices that are connected", static_cast<double>(figures.devices));
  one(to, "signet_ingest_backlog_bytes", "gauge", "Readings that are durable and not in the store yet",
      static_cast<double>(figures.backlog_bytes));
  one(to, "signet_ingest_accepted_bytes_total", "counter", "Readings that were acknowledged, with their framing",
      static_cast<double>(figures.accepted_bytes));
  to.begin("signet_gate_connections_total", "counter", "Connections to the devices' port, by what became of them");
  const guard::Counts counts = gate.guard.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string_view words = i == 0 ? "admitted" : guard::words_of(guard::Verdict(i));
    to.sample({{"outcome", words}}, static_cast<double>(counts[i]));
  }
}

Status add_fleet(MetricsText& to, fleet::Fleet& fleet) {
  const fleet::Figures figures = TRY(fleet.figures());
  one(to, "signet_readings_stored_total", "counter", "Readings that went into the store",
      static_cast<double>(figures.readings));
  one(to, "signet_jobs_pending", "gauge", "Jobs that no device has answered yet",
      static_cast<double>(figures.jobs_pending));
  to.begin("signet_store_commit_seconds", "histogram", "How long commits of the store took");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < fleet::commit_time_bounds.size(); ++i) {
    below += figures.store.commits_by_time[i];
    to.sample({{"le", number_text(seconds(fleet::commit_time_bounds[i]))}}, static_cast<double>(below), "_bucket");
  }
  below += figures.store.commits_by_time.back();
  to.sample({{"le", "+Inf"}}, static_cast<double>(below), "_bucket");
  to.sample({}, seconds(figures.store.commit_time), "_sum");
  to.sample({}, static_cast<double>(below), "_count");
  one(to, "signet_store_commit_failures_total", "counter", "Commits that failed",
      static_cast<double>(figures.store.failures));
  one(to, "signet_store_memory_bytes", "gauge", "What the store's library holds in memory: its cache, mostly",
      static_cast<double>(figures.store.memory_bytes));
  return {};
}

Status add_integrations(MetricsText& to, fleet::Fleet& fleet) {
  const fleet::Integrations::Figures figures = TRY(fleet.integrations().figures());
  to.begin("signet_integrations", "gauge", "Integrations, by how they go");
  to.sample({{"status", "on"}}, static_cast<double>(figures.on - figures.failing));
  to.sample({{"status", "failing"}}, static_cast<double>(figures.failing));
  to.sample({{"status", "turned_off"}}, static_cast<double>(figures.turned_off));
  one(to, "signet_integration_waiting_lines", "gauge", "Lines that integrations have not looked at",
      static_cast<double>(figures.waiting));
  to.begin("signet_integration_deliveries_total", "counter", "Deliveries, by what the sink made of them");
  to.sample({{"outcome", "taken"}}, static_cast<double>(figures.deliveries));
  to.sample({{"outcome", "failed"}}, static_cast<double>(figures.failures));
  one(to, "signet_integration_dropped_lines_total", "counter", "Lines that a sink would not have",
      static_cast<double>(figures.dropped));
  return {};
}

void add_http(MetricsText& to, const HttpMeter& meter, const Streams& streams) {
  const std::vector<HttpMeter::Line> lines = meter.lines();
  to.begin("signet_http_requests_total", "counter", "Requests on the people's port");
  for (const HttpMeter::Line& line : lines) {
    to.sample({{"method", line.method}, {"route", line.route}, {"status", std::to_string(line.status)}},
              static_cast<double>(line.count));
  }
  to.begin("signet_http_request_seconds_total", "counter",
           "How long they took, with their wait where they are read later");
  for (const HttpMeter::Line& line : lines) {
    to.sample({{"method", line.method}, {"route", line.route}, {"status", std::to_string(line.status)}},
              seconds(line.took));
  }
  one(to, "signet_streams", "gauge", "Streams of live events that are open", static_cast<double>(streams.size()));
  one(to, "signet_streams_cut_total", "counter", "Streams whose reader was too slow",
      static_cast<double>(streams.cut()));
}

void add_build(MetricsText& to, const About& about) {
  to.begin("signet_build_info", "gauge", "1; the version is in its label");
  to.sample({{"version", about.version}}, 1);
}

Result<net::HttpResponse> get_metrics(Service& service, const Call& call) {
  const bool by_token = call.actor.account.empty();  // Access::metrics let it in
  if (!by_token) TRY(service.fleet.secure(call.actor, "metrics.read", "", ""));
  MetricsText text;
  add_build(text, service.about);
  add_gate(text, service.gate);
  TRY(add_fleet(text, service.fleet));
  TRY(add_integrations(text, service.fleet));
  add_http(text, service.meter, service.streams);
  net::HttpResponse out;
  out.content_type = text_format;
  out.body = std::move(text).text();
  return out;
}

// Whether it is worth sending requests here: the store answers.
Result<net::HttpResponse> get_readiness(Service& service, const Call&) {
  TRY(service.fleet.ready());
  return reply({{"status", "ready"}});
}

}  // namespace

// Digests are compared, whose beginnings tell nothing.
bool is_same_secret(std::string_view given, std::string_view secret) {
  return !secret.empty() && crypto::sha256(bytes_of(given)) == crypto::sha256(bytes_of(secret));
}

void HttpMeter::count(std::string_view method, std::string_view route, int status, Micros took) {
  const std::lock_guard guard{mutex_};
  Sum& sum = sums_[{std::string{method}, std::string{route}, status}];
  ++sum.count;
  sum.took += took;
}

std::vector<HttpMeter::Line> HttpMeter::lines() const {
  std::vector<Line> out;
  const std::lock_guard guard{mutex_};
  for (const auto& [key, sum] : sums_) {
    out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), sum.count, sum.took});
  }
  return out;
}

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::sample(const std::vector<Label>& labels, double value, std::string_view suffix) {
  out_.append(name_).append(suffix);
  char sign = '{';
  for (const Label& label : labels) {
    out_.append(1, std::exchange(sign, ',')).append(label.name).append("=\"").append(escaped(label.value)).append("\"");
  }
  if (!labels.empty()) out_ += '}';
  out_.append(" ").append(number_text(value)).append("\n");
}

void add_metrics(std::vector<Route>& to) {
  to.push_back({"GET",
                "/metrics",
                Access::metrics,
                "Figures for monitoring, with the token of metrics_token_file or signed in as the operator",
                get_metrics,
                {},
                {},
                {},
                "text/plain"});
  to.push_back({"GET",
                "/readyz",
                Access::open,
                "Whether the manager can do its work",
                get_readiness,
                {},
                {},
                {{"status", "string"}}});
}

}  // namespace signet::api
