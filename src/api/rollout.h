// rollout.h -- private to api/: what the rows of updates and of rollouts share.
#pragma once

#include "api/routes.h"

namespace signet::api {

json::object shape(const fleet::Update& update);  // fota.cpp
void add_rollouts(std::vector<Route>& to);        // rollout.cpp
std::vector<Schema> with_rollouts(std::vector<Schema> all);

}  // namespace signet::api
