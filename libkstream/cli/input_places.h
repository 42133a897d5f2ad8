#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kstream::cli {

/// Says where in the input a record came from, in an editor's words. Records and bytes are counted over all files.
class InputPlaces {
 public:
  /// `unit` is what a record is: "line" or "record".
  explicit InputPlaces(std::string unit) : unit_(std::move(unit)) {}

  /// From `record`, and `byte`, on the input is `name`.
  void begin_file(std::string name, std::uint64_t record, std::uint64_t byte) {
    starts_.push_back({std::move(name), record, byte});
  }
  /// `line 1181`, with the file's name if there are several.
  std::string name(std::uint64_t record) const;
  /// `line 1181, byte 81233`.
  std::string place(std::uint64_t record, std::uint64_t byte) const;

 private:
  struct Start {
    std::string name;
    std::uint64_t record;
    std::uint64_t byte;
  };
  const Start& start_of(std::uint64_t record) const;

  std::string unit_;
  std::vector<Start> starts_;
};

}  // namespace kstream::cli
