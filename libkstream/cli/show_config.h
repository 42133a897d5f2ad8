#pragma once

#include "cli/client_settings.h"
#include "cli/exit_code.h"
#include "cli/rows_output.h"

#include <string>

namespace kstream::cli {

inline constexpr std::string_view kSettingColumns[] = {"property", "value", "source"};

/// What --show-config prints: the client properties that were set, where, and the brokers; no secret.
std::string shown_settings(const ClientSettings& settings, const RowsOutput& output);

/// The same of kproduce and kconsume, whose formats are those of records: a table or plain, or JSON.
ExitCode show_settings(const ClientSettings& settings, bool json, const Console& console);

}  // namespace kstream::cli
