#include "log/jobs.h"

namespace kstream::log {

Lane lane(const Operation& operation) { return std::holds_alternative<Append>(operation) ? Lane::in_turn : Lane::pool; }

bool is_search(const Operation& operation) {
  return std::holds_alternative<Locate>(operation) || std::holds_alternative<FindTimestamp>(operation) ||
         std::holds_alternative<MeasureDirectory>(operation);
}

}  // namespace kstream::log
