// Who has which integrations, and what may be asked of them. What is due to be delivered: delivery.cpp.
#include "fleet/integration.h"

#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

// It becomes a header: whatever could begin another one is not in it.
Status check_auth_token(std::string_view token) {
  if (token.size() > auth_token_bytes_max) {
    return Error{Errc::too_large, "\"token\" is longer than " + std::to_string(auth_token_bytes_max) + " bytes"};
  }
  const auto fits = [](char c) { return c > ' ' && c < 0x7f; };
  if (std::all_of(token.begin(), token.end(), fits)) return {};
  return Error{Errc::malformed, "\"token\" holds something else than letters, digits and signs of ASCII"};
}

// Of events the tags are their types.
Status check_filters(const IntegrationOrder& order) {
  const std::size_t fleets = order.fleets ? order.fleets->size() : 0;
  const std::size_t tags = order.tags ? order.tags->size() : 0;
  if (fleets > integration_filters_max || tags > integration_filters_max) {
    return Error{Errc::too_large,
                 "at most " + std::to_string(integration_filters_max) + " fleets and tags may be named"};
  }
  for (std::size_t i = 0; i < tags; ++i) TRY(check_tag(order.tags->at(i)));
  return {};
}

}  // namespace

Status Policy::refuse_url(const std::string& /*url*/) {
  return Error{Errc::forbidden, "this manager sends nothing to other programs"};
}

Integrations& Fleet::integrations() { return state_->integrations; }

Status Integrations::load() {
  if (loaded_) return {};
  for (Integration& one : TRY(fleet_.state_->store.integrations())) {
    const IntegrationId id = one.id;
    all_[id] = std::move(one);
  }
  loaded_ = true;
  return {};
}

Result<std::vector<Integration>> Integrations::list(const Actor& actor, const WorkspaceId& workspace) {
  TRY(fleet_.state_->require_workspace(actor, workspace, "integration.read"));
  TRY(load());
  std::vector<Integration> out;
  for (const auto& [id, one] : all_) {
    if (one.workspace == workspace) out.push_back(one);
  }
  return out;
}

Result<Integration*> Integrations::find(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                                        std::string_view action) {
  Fleet::State& s = *fleet_.state_;
  TRY(s.require_workspace(actor, workspace, action));
  TRY(load());
  const auto found = all_.find(id);
  if (found != all_.end() && found->second.workspace == workspace) return &found->second;
  return s.denied(actor, action, id.str(),
                  {Errc::not_found, "workspace " + workspace.str() + " has no integration " + id.str()});
}

Result<Integration> Integrations::get(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id) {
  const Integration* found = TRY(find(actor, workspace, id, "integration.read"));
  return *found;
}

Status Integrations::fill(const Actor& actor, Integration& integration, const IntegrationOrder& order,
                          std::string_view action) {
  Fleet::State& s = *fleet_.state_;
  if (order.name) {
    TRY(check_name("\"name\"", *order.name));
    integration.name = *order.name;
  }
  if (order.url) {
    TRY(check_text("\"url\"", *order.url, url_bytes_max));
    TRY(s.policy.check_url(*order.url));
    integration.url = *order.url;
  }
  if (order.token) {
    TRY(check_auth_token(*order.token));
    integration.token = *order.token;
  }
  TRY(check_filters(order));
  if (order.fleets) {
    for (const FleetId& fleet : *order.fleets) TRY(s.require_fleet(actor, integration.workspace, fleet, action));
    integration.fleets = *order.fleets;
  }
  if (order.tags) integration.tags = *order.tags;
  return {};
}

// What was acknowledged before is none of its business, also when it is not in the store yet.
Result<std::int64_t> Integrations::from_now_on(const WorkspaceId& workspace) {
  Fleet::State& s = *fleet_.state_;
  if (s.catch_up) TRY(s.catch_up());
  return s.store.feed_end(workspace);
}

Result<Integration> Integrations::create(const Actor& actor, const WorkspaceId& workspace,
                                         const IntegrationOrder& order) {
  Fleet::State& s = *fleet_.state_;
  TRY(s.require_workspace(actor, workspace, "integration.create"));
  if (TRY(list(actor, workspace)).size() >= integrations_max) {
    return Error{Errc::exhausted,
                 "a workspace has at most " + std::to_string(integrations_max) + " integrations: remove one"};
  }
  if (!order.name || !order.url) return Error{Errc::malformed, "\"name\" and \"url\" are needed"};
  Integration made{.id = s.ids.next<IntegrationIdKind>(), .workspace = workspace};
  made.kind = order.kind.value_or(OutwardKind::data);
  made.is_on = order.is_on.value_or(true);
  made.created_at = s.clock.now();
  s.random.fill(made.secret);
  TRY(fill(actor, made, order, "integration.create"));
  made.position = TRY(from_now_on(workspace));
  TRY(s.act(s.entry(actor, "integration.create", made.id.str(), made.name),
            [&](Changes& to) { return to.add_integration(made); }));
  all_[made.id] = made;
  return made;
}

Status Integrations::replace(const Actor& actor, std::string_view action, const Integration& with) {
  Fleet::State& s = *fleet_.state_;
  TRY(s.act(s.entry(actor, action, with.id.str(), with.name), [&](Changes& to) -> Status {
    TRY(to.update_integration(with));
    return to.trim_feed(with.workspace);
  }));
  all_[with.id] = with;
  return {};
}

Result<Integration> Integrations::update(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                                         const IntegrationOrder& order) {
  const Integration* found = TRY(find(actor, workspace, id, "integration.update"));
  Integration changed = *found;
  TRY(fill(actor, changed, order, "integration.update"));
  if (order.kind && *order.kind != changed.kind) {
    return Error{Errc::conflict, "what an integration is told of stays: make another one"};
  }
  const bool was_on = std::exchange(changed.is_on, order.is_on.value_or(changed.is_on));
  if (changed.is_on && !was_on) {
    changed.position = TRY(from_now_on(workspace));
    changed.failures = 0, changed.failing_since.reset(), changed.trouble.clear();
  }
  changed.retry_at.reset();  // whatever was wrong may be mended by this
  TRY(replace(actor, "integration.update", changed));
  return changed;
}

Status Integrations::remove(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id) {
  Fleet::State& s = *fleet_.state_;
  const Integration* found = TRY(find(actor, workspace, id, "integration.remove"));
  TRY(s.act(s.entry(actor, "integration.remove", id.str(), found->name), [&](Changes& to) -> Status {
    TRY(to.remove_integration(id));
    return to.trim_feed(workspace);
  }));
  all_.erase(id);
  tests_.erase(id);
  return {};
}

Status Integrations::test(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id) {
  Fleet::State& s = *fleet_.state_;
  const Integration* found = TRY(find(actor, workspace, id, "integration.test"));
  const auto last = tests_.find(id);
  if (last != tests_.end() && !last->second.is_done) {
    return Error{Errc::conflict, "a test of this integration is on its way already"};
  }
  TRY(s.act(s.entry(actor, "integration.test", id.str(), found->name), [](Changes&) { return Status{}; }));
  tests_[id] = {false, s.clock.now(), {}};
  return {};
}

std::optional<TestResult> Integrations::last_test(const IntegrationId& id) const {
  const auto found = tests_.find(id);
  return found == tests_.end() ? std::nullopt : std::optional{found->second};
}

Result<std::int64_t> Integrations::waiting(const Integration& integration) {
  if (!integration.is_on) return std::int64_t{0};
  const std::int64_t end = TRY(fleet_.state_->store.feed_end(integration.workspace));
  return std::max<std::int64_t>(end - integration.position, 0);
}

Result<Integrations::Figures> Integrations::figures() {
  TRY(load());
  Figures out = figures_;
  for (const auto& [id, one] : all_) {
    out.on += one.is_on ? 1 : 0;
    out.failing += one.is_on && one.failures > 0 ? 1 : 0;
    out.turned_off += !one.is_on && one.failing_since ? 1 : 0;
    out.waiting += TRY(waiting(one));
  }
  return out;
}

}  // namespace signet::fleet
