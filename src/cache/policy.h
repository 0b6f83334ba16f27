// CachePolicy: in which format a KV cache stores rows and which of them it keeps; the table of
// policies.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "edgevlm/cache_options.h"

namespace edgevlm {

class LayerCache;

// The shape of the cache of one layer, and the index of the layer.
struct LayerShape {
  int layer = 0;
  int layers = 1;
  int capacity = 0;    // positions
  int heads = 0;       // Hkv
  int head_width = 0;  // d
  // A position attends to itself and the window - 1 before it; 0: to all before it.
  int window = 0;
  CacheOptions options = {};
};

// The argument after the colon.
enum class CacheArgument { kNone, kRatio, kTokens };

// To add a policy, write a file in policies/ that defines its record, and a line in policy.cc.
struct CachePolicy {
  std::string_view name;
  CacheArgument argument = CacheArgument::kNone;
  // REQUIRES: !Validate(shape.options).
  std::unique_ptr<LayerCache> (*make)(const LayerShape& shape) = nullptr;
  // The maximum size of a layer's cache in bytes, once the prompt is read.
  long long (*bytes)(const LayerShape& shape) = nullptr;
  // The next policy that needs less memory and can take over the rows of this one; empty: none.
  std::string_view stronger = {};
  bool evicts = false;
};

std::span<const CachePolicy* const> CachePolicies();

// Null if no policy has that name.
const CachePolicy* FindCachePolicy(std::string_view name);

// The policy of a layer: that of its options, but "f16" for a layer with a window if that one
// evicts: the window already limits what is attended to, and all of its positions have to be there.
// REQUIRES: !Validate(shape.options).
const CachePolicy& PolicyOf(const LayerShape& shape);

}  // namespace edgevlm
