#pragma once

#include "cli/output.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// A line of `kserver check`.
struct ShownFinding {
  std::string_view level;  ///< error, warning, note
  std::string_view where;  ///< empty: nobody wrote it
  std::string_view name;   ///< of the config, or empty
  std::string_view text;
};

/// What `kserver check` prints: without a format `kserver.toml:12: error: what` on each line, as compilers do. Schema:
/// server-check.json.
std::string findings_text(std::span<const ShownFinding> findings, std::optional<OutputFormat> format, bool color);

/// A row of `kserver format` and `kserver info`.
struct ShownDirectory {
  std::string_view path;
  std::string_view state;  ///< new, formatted, or unusable; of format also kept: it was formatted before
  bool has_metadata_log = false;
  std::optional<std::int32_t> node_id{};
  std::string_view cluster_id{};
  std::string_view directory_id{};
  std::string_view problem{};
};

/// Schema: server-directory.json.
std::string directories_text(std::span<const ShownDirectory> directories, OutputFormat format, bool color);

/// What `kserver status` prints as csv: lines of names and values, parted by a tab, become rows.
std::string status_csv(std::string_view lines);

/// A row of `kserver config`.
struct ShownConfig {
  std::string_view name;
  std::optional<std::string_view> value;  ///< none: null, or a secret
  std::string_view source;
  bool has_effect = false;
  bool is_secret = false;
  std::string_view doc;
};

/// What `kserver config` prints: name, value, source and whether it has effect. Schema: server-config.json.
std::string configs_text(std::span<const ShownConfig> configs, OutputFormat format, bool color);

}  // namespace kstream::cli
