#include "model/vision/patch_order.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {
namespace {

void AddToken(int token, int cols, int side, PatchOrder& order) {
  const int tokens_across = cols / side;
  const int top = token / tokens_across * side, left = token % tokens_across * side;
  order.tokens.push_back(token);
  for (int row = top; row < top + side; ++row) {
    for (int col = left; col < left + side; ++col) order.patches.push_back({row, col});
  }
}

}  // namespace

PatchOrder OrderPatches(int rows, int cols, int side, int window) {
  CHECK(side >= 1 && rows >= 1 && cols >= 1 && rows % side == 0 && cols % side == 0);
  const int down = rows / side, across = cols / side;  // tokens
  const int high = window == 0 ? down : window, wide = window == 0 ? across : window;
  PatchOrder order;
  for (int top = 0; top < down; top += high) {
    for (int left = 0; left < across; left += wide) {
      for (int row = top; row < std::min(top + high, down); ++row) {
        for (int col = left; col < std::min(left + wide, across); ++col) {
          AddToken(row * across + col, cols, side, order);
        }
      }
      order.window_ends.push_back(static_cast<int>(order.patches.size()));
    }
  }
  return order;
}

}  // namespace edgevlm
