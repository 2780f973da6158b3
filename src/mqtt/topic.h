// topic.h -- topic names and topic filters (4.7).
#pragma once

#include "mqtt/types.h"

namespace signet::mqtt {

// A name to publish to: not empty, no wildcard, at most topic_bytes_max. UTF-8 was checked by the reader.
Status check_topic_name(std::string_view topic);
// A filter to subscribe with: "+" fills a whole level, "#" is the whole last one.
Status check_topic_filter(std::string_view filter);
bool has_wildcard(std::string_view filter);
bool is_shared(std::string_view filter);  // "$share/..." (4.8.2)

// True when a legal filter matches a legal name; "$..." names are not matched by a leading wildcard [MQTT-4.7.2-1].
bool topic_matches(std::string_view filter, std::string_view topic);

}  // namespace signet::mqtt
