#include "cache/sequence_cache.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kMagic = 0x564b5645;  // "EVKV"
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kMaxPolicyBytes = 64;

std::unique_ptr<LayerCache> MakeLayer(const LayerShape& shape) {
  return PolicyOf(shape).make(shape);
}

Error Other(const std::string& what, const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid, "cache: " + what + ": expected " + expected + ", found " + found};
}

}  // namespace

long long CacheBytes(const CacheShape& shape) {
  long long bytes = 0;
  for (int i = 0; i < shape.layers; ++i) {
    const LayerShape layer = shape.Layer(i);
    bytes += PolicyOf(layer).bytes(layer);
  }
  return bytes;
}

SequenceCache::SequenceCache(const CacheShape& shape) : shape_(shape) {
  CHECK(shape.layers >= 1 && !Validate(shape.options));
  CHECK(shape.windows.empty() || std::ssize(shape.windows) == shape.layers);
  layers_.reserve(static_cast<std::size_t>(shape.layers));
  for (int i = 0; i < shape.layers; ++i) layers_.push_back(MakeLayer(shape.Layer(i)));
}

std::size_t SequenceCache::bytes() const {
  std::size_t bytes = 0;
  for (const auto& layer : layers_) bytes += layer->bytes();
  return bytes;
}

void SequenceCache::EndPrompt(ThreadPool& pool) {
  for (const auto& layer : layers_) layer->EndPrompt(pool);
}

// A cut that is exact in all layers: going back further for one may require it for another.
int SequenceCache::ExactCut(int n) const {
  for (int before = -1; before != n;) {
    before = n;
    for (const auto& layer : layers_) n = layer->ExactCut(n);
  }
  return n;
}

int SequenceCache::Remaining() const {
  int remaining = layers_.front()->Remaining();
  for (const auto& layer : layers_) remaining = std::min(remaining, layer->Remaining());
  return remaining;
}

void SequenceCache::TruncateTo(int n) {
  for (const auto& layer : layers_) layer->TruncateTo(n);
}

void SequenceCache::CopyFrom(const SequenceCache& other, int n) {
  CHECK(layers() == other.layers());
  for (int i = 0; i < layers(); ++i) layer(i).CopyFrom(other.layer(i), n);
}

void SequenceCache::MoveTo(const CacheOptions& options) {
  const int positions = this->positions(), width = layer(0).width();
  shape_.options = options;
  const std::size_t count = static_cast<std::size_t>(positions) * static_cast<std::size_t>(width);
  std::vector<float> keys(count), values(count);
  const View<float> k(keys.data(), positions, width), v(values.data(), positions, width);
  for (int i = 0; i < layers(); ++i) {
    std::unique_ptr<LayerCache>& held = layers_[static_cast<std::size_t>(i)];
    held->Read(0, k, v);
    held.reset();
    held = MakeLayer(shape_.Layer(i));
    held->Append(k, v);
  }
}

void SequenceCache::Save(ByteWriter& writer) const {
  const std::string policy = CacheText(shape_.options);
  const auto length = static_cast<std::uint32_t>(policy.size());
  for (const std::uint32_t number : {kMagic, kVersion, length}) writer.Put(number);
  writer.Put(std::as_bytes(std::span(policy)));
  for (const int number : {shape_.layers, shape_.heads, shape_.head_width, positions()}) {
    writer.Put(number);
  }
  for (const auto& layer : layers_) layer->Save(writer);
}

MaybeError SequenceCache::CheckHeader(ByteReader& reader, int& positions) const {
  const auto magic = reader.Get<std::uint32_t>(), version = reader.Get<std::uint32_t>();
  if (!reader.ok() || magic != kMagic) {
    return Error{ErrorCode::kCorrupt, "cache: header: expected a saved cache, found other bytes"};
  }
  if (version != kVersion) {
    return Other("version", std::to_string(kVersion), std::to_string(version));
  }
  const auto length = reader.Get<std::uint32_t>();
  if (length > kMaxPolicyBytes) return Other("policy", "a name", std::to_string(length) + " bytes");
  const std::string policy(reader.Text(length));
  if (reader.ok() && policy != CacheText(shape_.options)) {
    return Other("policy", CacheText(shape_.options), "another");
  }
  const struct {
    const char* name;
    int expected;
  } extents[] = {
      {"layers", shape_.layers}, {"heads", shape_.heads}, {"width of a head", shape_.head_width}};
  for (const auto& extent : extents) {
    const auto found = reader.Get<std::int32_t>();
    if (reader.ok() && found != extent.expected) {
      return Other(extent.name, std::to_string(extent.expected), std::to_string(found));
    }
  }
  positions = reader.Get<std::int32_t>();
  if (!reader.ok()) {
    return Error{ErrorCode::kCorrupt, "cache: header: expected more bytes, found the end"};
  }
  return std::nullopt;
}

MaybeError SequenceCache::Restore(ByteReader& reader) {
  TruncateTo(0);
  int positions = 0;
  if (auto error = CheckHeader(reader, positions)) return error;
  for (const auto& layer : layers_) {
    if (auto error = layer->Restore(positions, reader)) {
      TruncateTo(0);
      return error;
    }
  }
  return std::nullopt;
}

}  // namespace edgevlm
