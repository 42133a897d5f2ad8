#include "base/json.h"
#include "server/server.h"

#include <algorithm>
#include <cstdio>

namespace kstream::server {
namespace {

struct Row {
  std::string name, value;
};

std::string duration(std::int64_t us) {
  char text[32];
  if (us < 1000) {
    std::snprintf(text, sizeof text, "%lld us", static_cast<long long>(us));
  } else if (us < 1'000'000) {
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(us) / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(us) / 1e6);
  }
  return text;
}

/// A histogram in one line; false if the value is none.
bool fold(const std::string& name, const base::JsonValue& value, std::vector<Row>& rows) {
  auto number = [&](const char* member) {
    const auto* found = value.find(member);
    return found ? found->integer() : nullptr;
  };
  const auto *count = number("count"), *p50 = number("p50_us"), *p99 = number("p99_us"), *max = number("max_us");
  if (!count || !p50 || !p99 || !max) return false;
  if (*count > 0) {
    rows.push_back({name, std::to_string(*count) + ", half within " + duration(*p50) + ", 99 % within " +
                              duration(*p99) + ", all within " + duration(*max)});
  }
  return true;
}

void collect(const std::string& name, const base::JsonValue& value, bool folded, std::vector<Row>& rows) {
  if (const auto* object = value.object()) {
    if (folded && fold(name, value, rows)) return;
    for (const auto& member : *object) {
      bool plain = name.empty() || name == "metrics" || (folded && name == "latency");
      collect(plain ? member.name : name + " " + member.name, member.value, folded, rows);
    }
  } else if (const auto* array = value.array()) {
    for (const auto& element : *array) collect(name, element, folded, rows);
  } else if (const auto* text = value.string()) {
    rows.push_back({name, *text});
  } else if (const auto* number = value.integer(); number && *number != 0) {
    rows.push_back({name, std::to_string(*number)});
  }
}

}  // namespace

std::string status_text(const std::string& json, bool for_terminal) {
  auto value = base::parse_json(json);
  if (!value.ok()) return json;
  std::vector<Row> rows;
  collect("", *value, for_terminal, rows);
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.name.size());
  std::string out;
  for (auto& row : rows) {
    out += row.name;
    for_terminal ? out.append(width + 2 - row.name.size(), ' ') : out += '\t';
    out += row.value + '\n';
  }
  return out;
}

}  // namespace kstream::server
