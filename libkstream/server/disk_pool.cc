#include "server/disk_pool.h"

#include "server/driver.h"
#include "storage/perform.h"

namespace kstream::server {
namespace {

constexpr int kAwaitedThreads = 2;

/// The log that an operation changes, by the name of its folder; "" for a file of the directory itself.
std::string_view folder_of(const log::Operation& operation) {
  return std::visit(
      []<class T>(const T& change) -> std::string_view {
        if constexpr (requires { change.folder; }) {
          return change.folder;
        } else {
          std::string_view path;
          if constexpr (requires { change.path; }) {
            path = change.path;
          } else if constexpr (requires { change.file; }) {
            path = change.file->name();
          }
          return path.substr(0, path.find('/') == path.npos ? 0 : path.find('/'));
        }
      },
      operation);
}

}  // namespace

DiskPool::DiskPool(storage::Directory& directory) : directory_(directory) {
  for (auto& queue : changes_) threads_.emplace_back([this, &queue] { work_on(queue); });
  for (int i = 0; i < kAwaitedThreads; ++i) threads_.emplace_back([this] { work_on(awaited_); });
}

DiskPool::~DiskPool() {
  for (auto& queue : changes_) end(queue);
  end(awaited_);
  for (auto& thread : threads_) thread.join();
}

void DiskPool::end(Queue& queue) {
  std::lock_guard lock(queue.mutex);
  queue.ending = true;
  queue.ready.notify_all();
}

void DiskPool::submit(broker::DiskWork&& work, Driver& owner) {
  auto& queue = log::is_awaited(work.operation)
                    ? awaited_
                    : changes_[std::hash<std::string_view>{}(folder_of(work.operation)) % changes_.size()];
  std::lock_guard lock(queue.mutex);
  queue.jobs.push_back({std::move(work), &owner});
  queue.ready.notify_one();
}

void DiskPool::work_on(Queue& queue) {
  for (;;) {
    std::unique_lock lock(queue.mutex);
    queue.ready.wait(lock, [&] { return !queue.jobs.empty() || queue.ending; });
    if (queue.jobs.empty()) return;
    auto job = std::move(queue.jobs.front());
    queue.jobs.pop_front();
    lock.unlock();
    auto before = std::chrono::steady_clock::now();
    auto result = storage::perform(directory_, job.work.operation);
    job.owner->ended({std::move(job.work), std::move(result), std::chrono::steady_clock::now() - before});
  }
}

}  // namespace kstream::server
