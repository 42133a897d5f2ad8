#include "cli/administer.h"

#include "cli/duration.h"
#include "cli/format_choice.h"
#include "cli/invalid.h"
#include "cli/output.h"
#include "cli/show_config.h"
#include "cli/watch.h"

#include <unistd.h>
#include <chrono>
#include <optional>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::chrono::milliseconds kWatchPause(2000);

Result<RowsOutput> parse_output(const Arguments& arguments, const std::vector<std::string_view>& columns) {
  RowsOutput output;
  if (auto word = arguments.value(Flag::output_format); word.find('%') != std::string_view::npos) {
    if (arguments.has(Flag::json) || arguments.has(Flag::columns))
      return invalid("a template of -f says by itself what is printed");
    auto row = parse_row_template(word);
    if (!row) return row.error();
    output.row = std::move(*row);
  } else {
    auto format = chosen_format(arguments);
    if (!format) return format.error();
    output.format = *format;
  }
  if (auto completed = complete_output(arguments, columns, output); !completed) return completed.error();
  return output;
}

/// How long -w pauses; nothing without it.
Result<std::optional<std::chrono::milliseconds>> parse_watch(const Arguments& arguments) {
  if (!arguments.has(Flag::watch)) {
    if (arguments.has(Flag::interval)) return invalid("--interval is for -w");
    return std::optional<std::chrono::milliseconds>();
  }
  if (!arguments.has(Flag::interval)) return std::optional(kWatchPause);
  auto pause = parse_duration(arguments.value(Flag::interval));
  if (!pause) return invalid("--interval: " + pause.error().detail);
  return std::optional(*pause);
}

}  // namespace

ExitCode AdminWork::print(std::string_view text, ExitCode code) const {
  return write_stdout(text) ? code : console.fail(ExitCode::failed, stdout_failure());
}

ExitCode administer(const Arguments& arguments, const Console& console, const std::vector<std::string_view>& columns,
                    const std::function<Result<Work>()>& make_plan) {
  auto usage = [&](const Error& error) { return console.fail(ExitCode::usage, error.detail); };
  auto output = parse_output(arguments, columns);
  if (!output) return usage(output.error());
  auto pause = parse_watch(arguments);
  if (!pause) return usage(pause.error());
  auto settings = make_client_settings(arguments, console);
  if (!settings) return usage(settings.error());
  if (arguments.has(Flag::show_config)) {
    bool written = write_stdout(shown_settings(*settings, *output));
    return written ? ExitCode::done : console.fail(ExitCode::failed, stdout_failure());
  }
  auto plan = make_plan();
  if (!plan) return usage(plan.error());
  auto admin = Admin::create(settings->config);
  if (!admin) return usage(admin.error());
  AdminWork work{*admin, *settings, console, *output};
  return *pause ? watch(**pause, [&] { return (*plan)(work); }) : (*plan)(work);
}

}  // namespace kstream::cli
