#include "tokenizer/jinja/parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tokenizer/jinja/expression_parser.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm::jinja {
namespace {

using Names = std::initializer_list<std::string_view>;

// What the body of a block has written.
Expression Captured() { return {.kind = Expression::Kind::kName, .name = {}}; }

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : in_(std::move(tokens)) {}

  Result<std::vector<Statement>> Parse() {
    std::vector<Statement> program = ReadBody({});
    if (!in_.error() && !in_.Is(Token::Kind::kEnd)) in_.FailExpected("a statement");
    if (in_.error()) return *in_.error();
    return program;
  }

 private:
  // Whether {% and one of these names come next.
  bool IsBlock(Names names) const {
    return in_.Is(Token::Kind::kBeginBlock) && in_.next_token().kind == Token::Kind::kName &&
           std::ranges::find(names, in_.next_token().text) != names.end();
  }

  // Statements, up to a block that is one of `ends`, or the end of the program.
  std::vector<Statement> ReadBody(Names ends) {
    std::vector<Statement> body;
    if (++nested_ > kMaxNestedBlocks) {
      in_.Fail(ErrorCode::kTooLarge,
               "expected at most " + std::to_string(kMaxNestedBlocks) + " nested blocks");
    }
    while (!in_.error() && !in_.Is(Token::Kind::kEnd) && !IsBlock(ends)) {
      in_.CountNode();
      body.push_back(ReadStatement());
    }
    --nested_;
    return body;
  }

  // The body of a block, and its end: {% name %}.
  std::vector<Statement> ReadBlockBody(std::string_view end) {
    EndBlock();
    std::vector<Statement> body = ReadBody({end});
    TakeEnd(end);
    return body;
  }

  void EndBlock() { in_.Expect(Token::Kind::kEndBlock, "'%}'"); }
  void TakeEnd(std::string_view name) {
    in_.Expect(Token::Kind::kBeginBlock, "the end of a block");
    if (!in_.AcceptName(name)) in_.FailExpected(std::string(name));
    // endmacro and endcall may repeat the name.
    if (in_.Is(Token::Kind::kName)) in_.Take();
    EndBlock();
  }

  Statement ReadStatement() {
    Statement made = {.line = in_.token().line};
    if (in_.Is(Token::Kind::kText)) {
      made.value = Value(std::string_view(in_.Take().text));
      return made;
    }
    if (in_.Is(Token::Kind::kBeginOutput)) {
      in_.Take();
      made.kind = Statement::Kind::kOutput;
      made.expression = in_.ReadTuple();
      in_.Expect(Token::Kind::kEndOutput, "'}}'");
      return made;
    }
    in_.Expect(Token::Kind::kBeginBlock, "a statement");
    ReadNamed(in_.ExpectName(), made);
    return made;
  }

  void ReadNamed(const std::string& name, Statement& made) {
    if (name == "if") return ReadIf(made);
    if (name == "for") return ReadFor(made);
    if (name == "set") return ReadSet(made);
    if (name == "macro") return ReadMacro(made);
    if (name == "filter") return ReadFilter(made);
    if (name == "generation") {
      made.kind = Statement::Kind::kGroup;
      made.body = ReadBlockBody("endgeneration");
      return;
    }
    if (name == "break" || name == "continue") {
      if (loops_ == 0) in_.Fail(ErrorCode::kInvalid, "expected a loop around " + name);
      made.kind = name == "break" ? Statement::Kind::kBreak : Statement::Kind::kContinue;
      return EndBlock();
    }
    if (!in_.error()) in_.Fail(ErrorCode::kUnsupported, "unknown block " + Quoted(name));
  }

  void ReadIf(Statement& made) {
    made.kind = Statement::Kind::kIf;
    bool has_condition = true;
    while (!in_.error()) {
      Statement::Branch branch;
      if (has_condition) branch.condition.push_back(in_.ReadTuple());
      EndBlock();
      branch.body = has_condition ? ReadBody({"elif", "else", "endif"}) : ReadBody({"endif"});
      made.branches.push_back(std::move(branch));
      if (IsBlock({"endif"})) return TakeEnd("endif");
      in_.Expect(Token::Kind::kBeginBlock, "endif");
      has_condition = in_.AcceptName("elif");
      if (!has_condition && !in_.AcceptName("else")) in_.FailExpected("endif");
    }
  }

  void ReadTargets(Statement& made) {
    const bool is_tuple = in_.AcceptOperator("(");
    do {
      made.names.push_back(in_.ExpectName());
    } while (!in_.error() && in_.AcceptOperator(","));
    if (is_tuple) in_.ExpectOperator(")");
  }

  void ReadFor(Statement& made) {
    made.kind = Statement::Kind::kFor;
    ReadTargets(made);
    if (!in_.AcceptName("in")) in_.FailExpected("in");
    made.expression = in_.ReadOr();
    if (in_.AcceptName("if")) made.condition.push_back(in_.ReadExpression());
    if (in_.IsName("recursive")) in_.Fail(ErrorCode::kUnsupported, "recursive loops are not read");
    EndBlock();
    ++loops_;
    made.body = ReadBody({"else", "endfor"});
    --loops_;
    if (IsBlock({"else"})) {
      in_.Take();
      in_.Take();
      EndBlock();
      made.orelse = ReadBody({"endfor"});
    }
    TakeEnd("endfor");
  }

  void ReadSet(Statement& made) {
    made.kind = Statement::Kind::kSet;
    ReadTargets(made);
    if (made.names.size() == 1 && in_.AcceptOperator(".")) made.name = in_.ExpectName();
    if (in_.AcceptOperator("=")) {
      made.expression = in_.ReadTuple();
      return EndBlock();
    }
    if (made.names.size() != 1 || !made.name.empty()) return in_.FailExpected("'='");
    made.kind = Statement::Kind::kSetBlock;
    made.expression = in_.ReadFilters(Captured());
    made.body = ReadBlockBody("endset");
  }

  void ReadMacro(Statement& made) {
    made.kind = Statement::Kind::kMacro;
    made.name = in_.ExpectName();
    in_.ExpectOperator("(");
    while (!in_.error() && !in_.IsOperator(")")) {
      std::string parameter = in_.ExpectName();
      std::vector<Expression> usual;
      if (in_.AcceptOperator("=")) usual.push_back(in_.ReadExpression());
      made.parameters.emplace_back(std::move(parameter), std::move(usual));
      if (!in_.AcceptOperator(",")) break;
    }
    in_.ExpectOperator(")");
    const int loops = std::exchange(loops_, 0);
    made.body = ReadBlockBody("endmacro");
    loops_ = loops;
  }

  // {% filter name(arguments) | ... %}
  void ReadFilter(Statement& made) {
    made.kind = Statement::Kind::kFilter;
    Expression first = {.kind = Expression::Kind::kFilter, .line = in_.token().line};
    first.name = in_.ExpectName();
    first.parts.push_back(Captured());
    if (in_.IsOperator("(")) in_.ReadArguments(first);
    made.expression = in_.ReadFilters(std::move(first));
    made.body = ReadBlockBody("endfilter");
  }

  ExpressionParser in_;
  int nested_ = 0;
  int loops_ = 0;
};

}  // namespace

Result<std::vector<Statement>> ParseProgram(std::string_view program) {
  if (program.size() > kMaxProgramBytes) {
    return Error{ErrorCode::kTooLarge, "expected a program of at most " +
                                           std::to_string(kMaxProgramBytes) + " bytes, found " +
                                           std::to_string(program.size())};
  }
  Result<std::vector<Token>> tokens = ReadTokens(program);
  if (!tokens) return tokens.error();
  return Parser(*std::move(tokens)).Parse();
}

}  // namespace edgevlm::jinja
