// Reads the pickles in PyTorch's checkpoints (Python's pickle module, protocols 2 to 4). A pickle
// is a program for a stack machine, and in Python may call anything. Here nothing is called: of the
// opcodes only those that build values are read, and of functions only those that checkpoints need
// are known by their names, which make a tensor or a dictionary.
// Source: docs.python.org, pickletools (2023).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct PickleLimits {
  static constexpr std::size_t kBytes = std::size_t{64} << 20;
  static constexpr std::size_t kValues = 1 << 20;
  static constexpr std::size_t kItems = 1 << 22;  // of all tuples, lists and dictionaries
  static constexpr std::size_t kTextBytes = 1024;
};

// Values refer to others by their number, so that neither depth nor circles matter.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,    // also a list
    kDict,     // items: key, value, key, value, ...
    kGlobal,   // text: its module and name, "torch\nHalfStorage"
    kStorage,  // items: those of its persistent id: "storage", global, key, device, count
    kTensor,   // items: storage, offset, extents, strides, ...
  };
  Kind kind = Kind::kNone;
  std::int64_t number = 0;     // of kBool and kInt
  std::string_view text = {};  // of the pickle
  std::vector<std::uint32_t> items = {};
};

class Pickle {
 public:
  // `bytes` must outlive the result. Errors: kCorrupt, kTooLarge (names the limit), kUnsupported
  // (another opcode or function). Messages start with "pickle".
  static Result<Pickle> Parse(std::span<const std::byte> bytes);

  const PickleValue& root() const { return values_[root_]; }
  const PickleValue& at(std::uint32_t number) const { return values_[number]; }
  // The value of a key of a dictionary; null if there is none, or this is no dictionary.
  const PickleValue* Find(const PickleValue& dict, std::string_view key) const;

 private:
  friend class PickleReader;

  std::vector<PickleValue> values_;
  std::uint32_t root_ = 0;
};

}  // namespace edgevlm
