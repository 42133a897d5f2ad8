#include "log/jobs.h"

namespace kstream::log {

Lane lane(const Operation& operation) { return std::holds_alternative<Append>(operation) ? Lane::in_turn : Lane::pool; }

}  // namespace kstream::log
