#include "cli/show_config.h"

#include "cli/json_object.h"
#include "cli/output.h"

namespace kstream::cli {

std::string shown_settings(const ClientConfig& config, const TopicsOutput& output) {
  std::string out;
  Table table{{std::begin(kSettingColumns), std::end(kSettingColumns)}, {}};
  for (const auto& property : ClientConfig::properties()) {
    if (!config.is_set(property.name)) continue;
    std::string value(is_secret(property.name) ? "(secret)" : config.get(property.name));
    table.rows.push_back({std::string(property.name), value});
    if (output.format != OutputFormat::json) continue;
    { JsonObject(out).text("property", property.name).text("value", value); }
    out += '\n';
  }
  if (output.format != OutputFormat::json) append_table(table, output, out);
  return out;
}

ExitCode show_settings(const ClientConfig& config, bool json, const Console& console) {
  TopicsOutput output;
  output.format = json ? OutputFormat::json : default_output_format();
  return write_stdout(shown_settings(config, output)) ? ExitCode::done
                                                      : console.fail(ExitCode::failed, stdout_failure());
}

}  // namespace kstream::cli
