// CacheOptions: how the keys and values of a sequence are held, and which of them are kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

// As `--cache` spells it: NAME, NAME:RATIO or NAME:TOKENS. docs/optimizations.md says when to use
// which, and what a second question about the same image costs with it.
struct CacheOptions {
  std::string policy = "f16";  // one of CachePolicyForms()
  double ratio = 1;            // of the positions that are kept; for policies that take a ratio
  int tokens = 0;              // positions that are kept; for policies that take their number

  bool operator==(const CacheOptions&) const = default;
};

// "f16", "h2o:0.5", "window:512". Errors: kInvalid for unknown names, a missing or superfluous
// argument, a ratio outside (0, 1], tokens below 1.
Result<CacheOptions> ParseCacheOptions(std::string_view text);

// Checks every field. Errors: as for ParseCacheOptions. Call where user input enters; Engine::Load
// does so too, and refuses a cache that does not hold one image of its model.
MaybeError Validate(const CacheOptions& options);

// The text that ParseCacheOptions reads.
std::string CacheText(const CacheOptions& options);

// Every policy with what it takes: "f16", "h2o:RATIO", "window:TOKENS".
std::vector<std::string> CachePolicyForms();

}  // namespace edgevlm
