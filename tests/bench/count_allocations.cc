/// Counts a program's heap allocations: `LD_PRELOAD=libcount_allocations.so KSTREAM_ALLOCATIONS=FILE program` keeps the
/// count, 64 bits of the machine's own order, in FILE, where another process reads it at any moment. Freeing is not
/// counted; operator new ends in malloc.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

using Count = std::atomic<std::uint64_t>;
Count before_start{0};
std::atomic<Count*> count{&before_start};

void count_one() { count.load(std::memory_order_relaxed)->fetch_add(1, std::memory_order_relaxed); }

[[gnu::constructor]] void map_file() {
  const char* path = std::getenv("KSTREAM_ALLOCATIONS");
  int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd < 0 || ftruncate(fd, sizeof(Count)) != 0) return;
  void* page = mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) count.store(static_cast<Count*>(page));
}

}  // namespace

extern "C" {
[[gnu::visibility("default")]] void* malloc(std::size_t size) {
  count_one();
  return __libc_malloc(size);
}
[[gnu::visibility("default")]] void* calloc(std::size_t number, std::size_t size) {
  count_one();
  return __libc_calloc(number, size);
}
[[gnu::visibility("default")]] void* realloc(void* old, std::size_t size) {
  count_one();
  return __libc_realloc(old, size);
}
[[gnu::visibility("default")]] void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}
}
