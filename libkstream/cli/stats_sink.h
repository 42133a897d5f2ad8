#pragma once

#include "cli/console.h"
#include "cli/output.h"
#include "cli/record_sink.h"

#include <cstdint>
#include <map>
#include <string>

namespace kstream::cli {

/// Counts records instead of showing them, and prints a row for each partition at the end.
class StatsSink : public RecordSink {
 public:
  StatsSink(OutputFormat format, bool color, const Console& console)
      : format_(format), color_(color), console_(console) {}

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override { return true; }
  ExitCode finish() override;
  int output() const override;

 private:
  struct Counts {
    std::uint64_t records = 0, bytes = 0, tombstones = 0;
    Offset first, last;
    Timestamp oldest, newest;
  };
  Table table() const;
  std::string json() const;

  OutputFormat format_;
  bool color_;
  const Console& console_;
  std::map<TopicPartition, Counts> counts_;
};

}  // namespace kstream::cli
