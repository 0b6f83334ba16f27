// Looks up things by name.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "train/scenes/things.h"

namespace edgevlm::train {

// The index in ThingNames() of a thing; a test failure if there is none.
inline int NameIndex(std::string_view name) {
  for (int i = 0; i < static_cast<int>(ThingNames().size()); ++i) {
    if (ThingNames()[static_cast<std::size_t>(i)].name == name) return i;
  }
  ADD_FAILURE() << "no thing is named " << name;
  return 0;
}

}  // namespace edgevlm::train
