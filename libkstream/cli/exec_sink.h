#pragma once

#include "cli/format_language.h"
#include "cli/record_sender.h"
#include "cli/record_sink.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// What is run for records.
struct ExecPlan {
  std::string command;                                ///< for sh -c
  std::uint64_t batch = 1;                            ///< records of one process
  std::optional<std::chrono::milliseconds> gather{};  ///< so long, instead of so many
  std::uint64_t retries = 0;
  std::string dead_letter;  ///< a topic for records that failed each time; empty: they are the end
};

/// Runs a process for each record, or batch of them, which gets them on stdin and the first one's place in its
/// environment. It is done with them when it exits with 0. With `patient` the dead letters wait for brokers, however
/// long.
class ExecSink : public RecordSink {
 public:
  using Clock = std::chrono::steady_clock;

  ExecSink(const ExecPlan& plan, const Format& format, const ClientSettings& settings, const Console& console,
           const Signals& signals, bool patient);
  /// False if there is no dead letter topic.
  bool open();

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override;
  ExitCode finish(bool whole) override;

 private:
  void begin_batch(const ShownRecord& record);
  void keep(const ShownRecord& record);
  bool run_batch();
  std::string run_once() const;
  bool bury(const std::string& why);

  const ExecPlan& plan_;
  Format format_;
  const Console& console_;
  const Signals& signals_;
  RecordSender sender_;
  std::string input_;
  std::vector<std::string> environment_;  ///< of the batch
  std::string first_;                     ///< record of the batch, as a person says it
  std::uint64_t count_ = 0;
  Clock::time_point begun_;
  std::vector<std::pair<ReadRange*, Offset>> last_;  ///< of the batch, by range
  std::vector<Record> kept_;                         ///< those of the batch, for the dead letter topic
  bool failed_ = false;
};

}  // namespace kstream::cli
