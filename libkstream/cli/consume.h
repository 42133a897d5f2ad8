#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exec_sink.h"
#include "cli/exit_code.h"
#include "cli/format_language.h"
#include "cli/kafka_sink.h"
#include "cli/record_filter.h"
#include "cli/rows_output.h"
#include "cli/target.h"
#include "cli/topic_sink.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// One run of kconsume.
struct ConsumePlan {
  std::vector<Target> targets;  ///< each with `from`
  bool internal = false;        ///< globs stand for internal topics too
  bool regexes = false;         ///< names are regular expressions, not globs
  bool follow = false;
  RecordFilter filter;
  Format format;
  bool batches = false;    ///< whole batches as they are stored, whatever `format` says
  bool control = false;    ///< control records too
  std::string progress{};  ///< when to tell of it, as Progress has it
  std::optional<std::uint64_t> max_records{};
  std::optional<std::uint64_t> tail{};  ///< only the last ones of all partitions; merged
  bool merge = false;                   ///< in the order of time
  std::chrono::milliseconds merge_wait{1000};
  std::optional<std::chrono::milliseconds> idle_timeout{};  ///< an end, if nothing comes for so long
  std::chrono::milliseconds grace{0};
  std::optional<ExecPlan> exec{};           ///< run something for records, instead of showing them
  std::optional<CopyPlan> copy{};           ///< send them on, instead
  std::optional<RowsOutput> stats{};        ///< count them, instead
  std::optional<KafkaColumns> kafka{};      ///< print them as Kafka's console consumer does, instead
  std::vector<Target> other{};              ///< compare them with these, instead
  std::optional<RowsOutput> differences{};  ///< how that is printed; nothing: in words
  std::optional<double> pace{};             ///< how many times faster than the records' own time
};

/// Shows the records until the ends are reached, or for as long as they come; until nobody reads stdout, or a signal
/// asks to stop. Does not return after a signal.
ExitCode consume(const ConsumePlan& plan, const ClientSettings& settings, const Console& console);

/// Runs kconsume: reads the flags, fills a plan and carries it out.
ExitCode run_consume(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
