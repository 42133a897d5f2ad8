#include <kstream/record.h>

#include "base/assert.h"
#include "records/fields.h"

namespace kstream {

void HeaderRange::iterator::parse() {
  const char* const end = rest_.data() + rest_.size();
  records::Field name, value;
  const char* p = records::read_field(rest_.data(), end, name);
  KS_ASSERT(p);
  p = records::read_field(p, end, value);
  KS_ASSERT(p);
  header_ = {*name.view(), value.view()};
  rest_ = std::string_view(p, static_cast<std::size_t>(end - p));
}

}  // namespace kstream
