// CacheOptions: the format of a sequence's KV cache and which positions it keeps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

// As `--cache` spells it: NAME, NAME:RATIO or NAME:TOKENS. docs/optimizations.md says when to use
// which policy, and what a second question about the same image then costs.
struct CacheOptions {
  std::string policy = "f16";  // one of CachePolicyForms()
  double ratio = 1;            // of the positions to keep; for policies that take a ratio
  int tokens = 0;              // positions to keep; for policies that take a number

  bool operator==(const CacheOptions&) const = default;
};

// "f16", "h2o:0.5", "window:512". Errors: kInvalid for unknown names, a missing or superfluous
// argument, a ratio outside (0, 1], tokens below 1.
Result<CacheOptions> ParseCacheOptions(std::string_view text);

// Checks every field. Errors: as for ParseCacheOptions. Call where user input enters; Engine::Load
// also does so, and rejects a cache that cannot hold one image of its model.
MaybeError Validate(const CacheOptions& options);

// The text that ParseCacheOptions reads.
std::string CacheText(const CacheOptions& options);

// Every policy with its argument: "f16", "h2o:RATIO", "window:TOKENS".
std::vector<std::string> CachePolicyForms();

}  // namespace edgevlm
