// CachePolicy: how a cache holds rows and which of them it keeps; and the table of all policies.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "edgevlm/cache_options.h"

namespace edgevlm {

class LayerCache;

// What one layer of a sequence needs, and where it stands.
struct LayerShape {
  int layer = 0;
  int layers = 1;
  int capacity = 0;    // positions
  int heads = 0;       // Hkv
  int head_width = 0;  // d
  CacheOptions options = {};
};

// What stands behind the colon.
enum class CacheArgument { kNone, kRatio, kTokens };

// Adding one is a file in policies/ that defines its record, and a line in the table of policy.cc.
struct CachePolicy {
  std::string_view name;
  CacheArgument argument = CacheArgument::kNone;
  // REQUIRES: !Validate(shape.options).
  std::unique_ptr<LayerCache> (*make)(const LayerShape& shape) = nullptr;
  // What a layer's cache takes at most, in bytes, once the prompt is read.
  long long (*bytes)(const LayerShape& shape) = nullptr;
  // The policy that needs less memory and can take over what this one holds; empty: none.
  std::string_view stronger = {};
};

std::span<const CachePolicy* const> CachePolicies();

// Null: there is none of that name.
const CachePolicy* FindCachePolicy(std::string_view name);

}  // namespace edgevlm
