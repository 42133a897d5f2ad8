#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/format_language.h"
#include "cli/target.h"

#include <kstream/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// Which records are shown.
struct RecordFilter {
  std::optional<std::string> key;
  std::vector<Header> headers;  ///< all of them must be there; without a value, any value will do
  bool passes(const RecordView& record) const;
};

/// One run of kconsume.
struct ConsumePlan {
  std::vector<Target> targets;  ///< each with `from`
  bool internal = false;        ///< globs stand for internal topics too
  bool follow = false;
  std::optional<std::uint64_t> max_records;
  RecordFilter filter;
  Format format;
};

/// Shows the records until the ends are reached, or for as long as they come; until nobody reads stdout, or a signal
/// asks to stop. Does not return after a signal.
ExitCode consume(const ConsumePlan& plan, const ClientSettings& settings, const Console& console);

/// Runs kconsume: reads the flags, fills a plan and carries it out.
ExitCode run_consume(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
