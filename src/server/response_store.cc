#include "server/response_store.h"

#include <iterator>
#include <utility>

namespace edgevlm {
namespace {

// What an entry needs besides its contents, so that many small ones are bounded too.
constexpr std::size_t kEntryBytes = 512;

std::size_t BytesOf(const StoredResponse& response) {
  std::size_t bytes = kEntryBytes + response.scope.size() + response.object.size();
  for (const RequestMessage& message : response.messages) {
    bytes += sizeof(RequestMessage);
    for (const RequestPart& part : message.parts) {
      bytes += sizeof(RequestPart) + part.text.size() + part.image_id.size();
      if (part.image != nullptr) bytes += part.image->size();
      if (part.sound != nullptr) bytes += part.sound->samples.size() * sizeof(float);
      if (part.video == nullptr) continue;
      for (const RequestVideo::Frame& frame : part.video->frames) bytes += frame.rgb.size();
    }
  }
  return bytes;
}

}  // namespace

void ResponseStore::Add(std::string id, StoredResponse response) {
  const std::size_t bytes = BytesOf(response);
  if (bytes > max_bytes_) return;
  auto shared = std::make_shared<const StoredResponse>(std::move(response));
  const std::lock_guard lock(mutex_);
  while (bytes > max_bytes_ - bytes_) Drop(std::prev(entries_.end()));
  entries_.push_front({.id = id, .response = std::move(shared), .bytes = bytes});
  by_id_[std::move(id)] = entries_.begin();
  bytes_ += bytes;
}

std::shared_ptr<const StoredResponse> ResponseStore::Find(const std::string& id,
                                                          const std::string& scope) {
  const std::lock_guard lock(mutex_);
  const auto entry = Locate(id, scope);
  if (entry == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->response;
}

bool ResponseStore::Erase(const std::string& id, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  const auto entry = Locate(id, scope);
  if (entry == entries_.end()) return false;
  Drop(entry);
  return true;
}

ResponseStore::Entries::iterator ResponseStore::Locate(const std::string& id,
                                                       const std::string& scope) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second->response->scope != scope) return entries_.end();
  return found->second;
}

void ResponseStore::Drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_id_.erase(entry->id);
  entries_.erase(entry);
}

}  // namespace edgevlm
