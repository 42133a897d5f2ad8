#include <kstream/known_configs.h>

#include "base/config/config.h"

namespace kstream {

std::vector<KnownConfig> known_topic_configs() {
  std::vector<KnownConfig> known;
  for (const config::Row& row : config::topic_rows()) {
    if (row.internal) continue;
    const bool is_boolean = row.type == config::Type::boolean;
    known.push_back({row.name, is_boolean ? "true|false" : row.valid.choices, row.default_value});
  }
  return known;
}

}  // namespace kstream
