#pragma once

#include "cli/arguments.h"
#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/rows_output.h"

#include <kstream/admin.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// What a verb of ktopics, or of kserver as a client, works with, and how it prints.
struct AdminWork {
  Admin& admin;
  const ClientSettings& settings;
  const Console& console;
  const RowsOutput& output;

  /// The error of the whole command.
  ExitCode fail(const Error& error) const { return console.fail(exit_code_of(error.code), error.to_string()); }
  /// That of one item.
  ExitCode fail(const std::string& item, const Error& error, const std::string& next = {}) const {
    std::string text = item + ": " + error.to_string();
    if (!next.empty() && text.ends_with('.')) text.pop_back();
    return console.fail(exit_code_of(error.code), text + next);
  }
  /// Prints, and answers with `code` unless stdout is broken.
  ExitCode print(std::string_view text, ExitCode code) const;
};

/// A plan that is ready to be carried out.
using Work = std::function<ExitCode(const AdminWork&)>;

/// Runs a verb that asks or changes a cluster, whose table has these columns: reads the flags that all such verbs have,
/// has the plan made, and carries it out, with -w again and again.
ExitCode administer(const Arguments& arguments, const Console& console, const std::vector<std::string_view>& columns,
                    const std::function<Result<Work>()>& make_plan);

}  // namespace kstream::cli
