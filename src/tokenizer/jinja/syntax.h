// The syntax tree of a template program.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tokenizer/jinja/value.h"

namespace edgevlm::jinja {

struct Expression {
  enum class Kind {
    kConstant,   // value
    kName,       // name; empty: what the body of a block has written
    kList,       // parts
    kDict,       // parts: name, value, name, value ...
    kAttribute,  // parts[0].name
    kItem,       // parts[0][parts[1]]
    kSlice,      // parts[0][parts[1]:parts[2]:parts[3]]; those left out are constants, undefined
    kCall,       // parts[0](arguments)
    kFilter,     // parts[0] | name(arguments)
    kTest,       // parts[0] is name(arguments)
    kUnary,      // name parts[0]
    kBinary,     // parts[0] name parts[1]
    kCompare,    // parts[0] operators[0] parts[1] operators[1] parts[2] ...
    kChoice,     // parts[0] if parts[1] else parts[2]
  };

  Kind kind = Kind::kConstant;
  int line = 1;
  int depth = 1;  // of the tree
  std::string name = {};
  Value value = {};
  std::vector<Expression> parts = {};
  std::vector<std::string> operators = {};
  // Behind the arguments' positional ones, which follow `parts[0]`.
  std::vector<std::pair<std::string, Expression>> named = {};
};

struct Statement {
  enum class Kind {
    kText,      // value
    kOutput,    // expression
    kIf,        // branches; without a condition: else
    kFor,       // names in expression if condition: body; orelse
    kSet,       // names, or name of names[0] (a namespace) = expression
    kSetBlock,  // names[0] = what body writes, through the filters of expression
    kMacro,     // name(parameters): body
    kGroup,     // body, as if it were not in a block
    kFilter,    // what body writes, through the filters of expression
    kBreak,
    kContinue,
  };

  struct Branch {
    std::vector<Expression> condition;  // one, or none
    std::vector<Statement> body;
  };

  Kind kind = Kind::kText;
  int line = 1;
  Value value = {};
  std::string name = {};
  std::vector<std::string> names = {};
  Expression expression = {};
  std::vector<Expression> condition = {};  // one, or none
  std::vector<Branch> branches = {};
  std::vector<Statement> body = {};
  std::vector<Statement> orelse = {};
  std::vector<std::pair<std::string, std::vector<Expression>>> parameters = {};  // with defaults
};

}  // namespace edgevlm::jinja
