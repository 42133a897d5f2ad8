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

  /// From `record`, and `byte`, on the input is `name`, of which so many records and bytes were read before.
  void begin_file(std::string name, std::uint64_t record, std::uint64_t byte, std::uint64_t records_before = 0,
                  std::uint64_t bytes_before = 0) {
    several_ = several_ || (!starts_.empty() && starts_.back().name != name);
    starts_.push_back({std::move(name), record, byte, records_before, bytes_before});
  }
  /// Nobody will ask for records before this one.
  void forget_before(std::uint64_t record);
  /// `line 1181`, with the file's name if there are several.
  std::string name(std::uint64_t record) const;
  /// `line 1181, byte 81233`.
  std::string place(std::uint64_t record, std::uint64_t byte) const;

 private:
  struct Start {
    std::string name;
    std::uint64_t record;
    std::uint64_t byte;
    std::uint64_t records_before;
    std::uint64_t bytes_before;
  };
  const Start& start_of(std::uint64_t record) const;

  std::string unit_;
  std::vector<Start> starts_;
  bool several_ = false;  ///< files
};

}  // namespace kstream::cli
