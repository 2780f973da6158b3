// data.h -- private to store/sqlite: how readings are asked for. Each question is one walk along the table or its
// index.
#pragma once

namespace signet::store {

inline constexpr const char* all_readings_rising =
    "SELECT device, tag, device_time, received_at, payload FROM readings "
    "WHERE workspace = ? AND (device_time, device, tag) > (?, ?, ?) AND device_time < ? "
    "ORDER BY device_time, device, tag";
inline constexpr const char* all_readings_falling =
    "SELECT device, tag, device_time, received_at, payload FROM readings "
    "WHERE workspace = ? AND (device_time, device, tag) < (?, ?, ?) AND device_time >= ? "
    "ORDER BY device_time DESC, device DESC, tag DESC";
inline constexpr const char* readings_of_device_rising =
    "SELECT device, tag, device_time, received_at, payload FROM readings INDEXED BY readings_of_device "
    "WHERE device = ? AND (device_time, tag) > (?, ?) AND device_time < ? AND workspace = ? ORDER BY device_time, tag";
inline constexpr const char* readings_of_device_falling =
    "SELECT device, tag, device_time, received_at, payload FROM readings INDEXED BY readings_of_device "
    "WHERE device = ? AND (device_time, tag) < (?, ?) AND device_time >= ? AND workspace = ? "
    "ORDER BY device_time DESC, tag DESC";

}  // namespace signet::store
