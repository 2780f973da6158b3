// batch.h -- the units of one production run, each kept as its signed manifest entry, and the manifest made of them.
#pragma once

#include "base/bytes.h"

#include <functional>
#include <string>
#include <vector>

namespace signet::factory {

inline constexpr std::size_t batch_name_bytes_max = 64;

class Batch {
 public:
  // DIR/batches/NAME, made when missing. Names are letters, digits, "-", "_" and ".", not starting with ".".
  static Result<Batch> open(const std::string& foundry_folder, const std::string& name);
  // not_found, naming the batches there are, when there is none of that name.
  static Result<Batch> find(const std::string& foundry_folder, const std::string& name);
  static Result<std::vector<std::string>> names(const std::string& foundry_folder);

  const std::string& name() const { return name_; }
  std::string file(std::string_view name) const { return folder_ + "/" + std::string{name}; }

  // Durable when it returns. A unit that is in the batch is replaced: the newer signature stands for the same chip.
  Status add(const std::string& unique_id, const std::string& jws);
  bool contains(const std::string& unique_id) const;
  Result<std::vector<std::string>> unit_ids() const;  // sorted

  // The manifest file, piece by piece: "[unit, unit, ...]\n". The units in it are counted. not_found when the batch is
  // empty, too_large when nobody would read that many.
  Result<std::size_t> manifest(const std::function<Status(std::string_view)>& write) const;

 private:
  Batch(std::string folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}
  std::string folder_;
  std::string name_;
};

}  // namespace signet::factory
