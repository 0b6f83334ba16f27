#include "train/scenes/held_out.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/check.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

// FNV-1a (Fowler, Noll, Vo 1991) over both names, with a separator. The final mixing is needed
// because the low bits of the plain hash are too similar for names with the same ending.
std::uint64_t HashOfNames(std::string_view first, std::string_view second) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  const auto add = [&hash](char c) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  };
  for (const char c : first) add(c);
  add('|');
  for (const char c : second) add(c);
  hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93u;
  return hash ^ (hash >> 32);
}

std::string_view NameOf(int name) {
  CHECK(0 <= name && name < static_cast<int>(ThingNames().size()));
  return ThingNames()[static_cast<std::size_t>(name)].name;
}

}  // namespace

bool IsHeldOut(Color color, int shape) {
  CHECK(FirstShape() <= shape && shape < DisplayName());
  return HashOfNames(NameOf(color), NameOf(shape)) % 10 == 0;
}

bool IsHeldOut(int name, int other_name) {
  if (name == other_name) return false;
  const std::string_view first = NameOf(name);
  const std::string_view second = NameOf(other_name);
  return HashOfNames(std::min(first, second), std::max(first, second)) % 20 == 0;
}

bool HasHeldOutPair(const Scene& scene) {
  for (const Thing& thing : scene.things) {
    if (thing.kind == ThingKind::kShape && IsHeldOut(thing.color, thing.name)) return true;
    for (const Thing& other : scene.things) {
      if (IsHeldOut(thing.name, other.name)) return true;
    }
  }
  return false;
}

}  // namespace edgevlm::train
