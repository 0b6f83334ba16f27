// Cuts a template program into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm::jinja {

struct Token {
  enum class Kind {
    kText,         // what is written as it is
    kBeginOutput,  // {{
    kEndOutput,    // }}
    kBeginBlock,   // {%
    kEndBlock,     // %}
    kName,
    kString,  // its value
    kInt,
    kFloat,
    kOperator,
    kEnd,
  };

  Kind kind = Kind::kEnd;
  std::string text = {};
  int line = 1;
};

// As Jinja 3 with trim_blocks and lstrip_blocks, which is what chat templates are written for: the
// line end behind a block is dropped, and so are the blanks before one that begins a line; "-"
// drops all blanks of its side, "+" none. Comments are dropped; line ends become "\n", and the last
// one of the program is dropped. The last token is kEnd. O(bytes). Errors: kInvalid (a block, a
// comment or a string without an end, an unknown character).
Result<std::vector<Token>> ReadTokens(std::string_view program);

}  // namespace edgevlm::jinja
