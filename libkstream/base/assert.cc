#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace kstream::base {

void assertion_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace kstream::base
