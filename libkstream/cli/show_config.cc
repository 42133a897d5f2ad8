#include "cli/show_config.h"

#include "cli/json_object.h"
#include "cli/output.h"

namespace kstream::cli {

std::string shown_settings(const ClientSettings& settings, const RowsOutput& output) {
  const ClientConfig& config = settings.config;
  std::string out;
  Table table{{std::begin(kSettingColumns), std::end(kSettingColumns)}, {}};
  for (const auto& property : ClientConfig::properties()) {
    if (!config.is_set(property.name)) continue;
    std::string value(is_secret(property.name) ? "(secret)" : config.get(property.name));
    const auto found = settings.sources.find(property.name);
    const std::string source = found == settings.sources.end() ? "default" : found->second;
    table.rows.push_back({std::string(property.name), value, source});
    if (output.format != OutputFormat::json) continue;
    { JsonObject(out).text("property", property.name).text("value", value).text("source", source); }
    out += '\n';
  }
  if (output.format != OutputFormat::json) append_table(table, output, out);
  return out;
}

ExitCode show_settings(const ClientSettings& settings, bool json, const Console& console) {
  RowsOutput output;
  output.format = json ? OutputFormat::json : default_output_format();
  return write_stdout(shown_settings(settings, output)) ? ExitCode::done
                                                        : console.fail(ExitCode::failed, stdout_failure());
}

}  // namespace kstream::cli
