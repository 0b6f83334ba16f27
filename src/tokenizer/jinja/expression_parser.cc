#include "tokenizer/jinja/expression_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "tokenizer/jinja/parser.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm::jinja {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kShownBytes = 30;

bool EndsExpression(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kEnd:
    case Token::Kind::kEndBlock:
    case Token::Kind::kEndOutput:
      return true;
    case Token::Kind::kOperator:
      return token.text == ")" || token.text == "]" || token.text == "=";
    case Token::Kind::kName:
      return token.text == "in" || token.text == "if" || token.text == "recursive";
    default:
      return false;
  }
}

// Names that go on behind a test, instead of being its argument.
bool FollowsTest(const Token& token) {
  constexpr std::string_view kNames[] = {"else", "or", "and", "if", "in", "not", "is", "recursive"};
  return std::ranges::find(kNames, token.text) != std::end(kNames);
}

}  // namespace

Token ExpressionParser::Take() {
  Token taken = token();
  if (at_ + 1 < tokens_.size()) ++at_;
  return taken;
}

bool ExpressionParser::AcceptOperator(std::string_view mark) {
  if (!IsOperator(mark)) return false;
  Take();
  return true;
}

bool ExpressionParser::AcceptName(std::string_view name) {
  if (!IsName(name)) return false;
  Take();
  return true;
}

void ExpressionParser::Fail(ErrorCode code, const std::string& what) {
  if (error_) return;
  error_ = Error{code, "line " + std::to_string(token().line) + ": " + what};
  at_ = tokens_.size() - 1;
}

void ExpressionParser::FailExpected(const std::string& what) {
  const bool is_end = Is(Token::Kind::kEnd) || token().text.empty();
  Fail(ErrorCode::kInvalid, "expected " + what + ", found " +
                                (is_end ? "the end" : Quoted(token().text.substr(0, kShownBytes))));
}

void ExpressionParser::ExpectOperator(std::string_view mark) {
  if (!AcceptOperator(mark)) FailExpected("'" + std::string(mark) + "'");
}

void ExpressionParser::Expect(Token::Kind kind, const char* what) {
  if (!Is(kind)) return FailExpected(what);
  Take();
}

std::string ExpressionParser::ExpectName() {
  if (Is(Token::Kind::kName)) return Take().text;
  FailExpected("a name");
  return {};
}

void ExpressionParser::CountNode() {
  if (++nodes_ > kMaxNodes) {
    Fail(ErrorCode::kTooLarge, "expected at most " + std::to_string(kMaxNodes) + " parts");
  }
}

Expression ExpressionParser::Finished(Expression expression) {
  CountNode();
  int depth = 0;
  for (const Expression& part : expression.parts) depth = std::max(depth, part.depth);
  for (const auto& [name, part] : expression.named) depth = std::max(depth, part.depth);
  expression.depth = depth + 1;
  if (expression.depth <= kMaxExpressionDepth) return expression;
  Fail(ErrorCode::kTooLarge,
       "expected expressions of at most " + std::to_string(kMaxExpressionDepth) + " levels");
  return {};
}

Expression ExpressionParser::Made(Kind kind, std::string name, std::vector<Expression> parts) {
  return Finished(
      {.kind = kind, .line = token().line, .name = std::move(name), .parts = std::move(parts)});
}

Expression ExpressionParser::Constant(Value value) {
  return Finished({.kind = Kind::kConstant, .line = token().line, .value = std::move(value)});
}

Expression ExpressionParser::ReadTuple() {
  std::vector<Expression> items;
  bool is_tuple = false;
  while (!error_ && !EndsExpression(token())) {
    items.push_back(ReadExpression());
    if (!AcceptOperator(",")) break;
    is_tuple = true;
  }
  if (items.empty()) FailExpected("an expression");
  if (error_) return {};
  if (!is_tuple) return std::move(items.front());
  return Made(Kind::kList, {}, std::move(items));
}

Expression ExpressionParser::ReadExpression() {
  if (++nested_ > kMaxExpressionDepth) {
    Fail(ErrorCode::kTooLarge,
         "expected expressions of at most " + std::to_string(kMaxExpressionDepth) + " levels");
  }
  Expression value = error_ ? Expression() : ReadOr();
  while (!error_ && AcceptName("if")) {
    std::vector<Expression> parts;
    parts.push_back(std::move(value));
    parts.push_back(ReadOr());
    parts.push_back(AcceptName("else") ? ReadExpression() : Constant(Value()));
    value = Made(Kind::kChoice, {}, std::move(parts));
  }
  --nested_;
  return value;
}

Expression ExpressionParser::ReadBinary(Reader reader,
                                        std::initializer_list<std::string_view> operators) {
  Expression left = (this->*reader)();
  while (!error_) {
    const auto found = std::ranges::find_if(operators, [&](std::string_view mark) {
      return IsOperator(mark) || (mark.size() > 1 && IsName(mark));
    });
    if (found == operators.end()) break;
    Take();
    std::vector<Expression> parts;
    parts.push_back(std::move(left));
    parts.push_back((this->*reader)());
    left = Made(Kind::kBinary, std::string(*found), std::move(parts));
  }
  return left;
}

Expression ExpressionParser::ReadOr() { return ReadBinary(&ExpressionParser::ReadAnd, {"or"}); }
Expression ExpressionParser::ReadAnd() { return ReadBinary(&ExpressionParser::ReadNot, {"and"}); }
Expression ExpressionParser::ReadSum() {
  return ReadBinary(&ExpressionParser::ReadJoined, {"+", "-"});
}
Expression ExpressionParser::ReadJoined() {
  return ReadBinary(&ExpressionParser::ReadProduct, {"~"});
}
Expression ExpressionParser::ReadProduct() {
  return ReadBinary(&ExpressionParser::ReadUnary, {"*", "/", "//", "%"});
}

Expression ExpressionParser::ReadNot() {
  int negations = 0;
  while (AcceptName("not")) ++negations;
  Expression value = ReadCompare();
  if (negations == 0) return value;
  // An even number of them still makes a truth value.
  std::vector<Expression> parts;
  parts.push_back(std::move(value));
  Expression negated = Made(Kind::kUnary, "not", std::move(parts));
  if (negations % 2 == 1) return negated;
  std::vector<Expression> again;
  again.push_back(std::move(negated));
  return Made(Kind::kUnary, "not", std::move(again));
}

std::string ExpressionParser::CompareOperator() {
  for (const std::string_view mark : {"==", "!=", "<", "<=", ">", ">="}) {
    if (AcceptOperator(mark)) return std::string(mark);
  }
  if (AcceptName("in")) return "in";
  if (IsName("not") && next_token().kind == Token::Kind::kName && next_token().text == "in") {
    Take();
    Take();
    return "not in";
  }
  return {};
}

Expression ExpressionParser::ReadCompare() {
  Expression compare = {.kind = Kind::kCompare, .line = token().line};
  compare.parts.push_back(ReadSum());
  for (std::string mark = CompareOperator(); !mark.empty() && !error_; mark = CompareOperator()) {
    compare.operators.push_back(std::move(mark));
    compare.parts.push_back(ReadSum());
  }
  if (compare.operators.empty()) return std::move(compare.parts.front());
  return Finished(std::move(compare));
}

Expression ExpressionParser::ReadUnary() {
  Expression value = ReadPlainUnary();
  while (!error_) {
    if (IsOperator("|")) {
      value = ReadFilters(std::move(value));
    } else if (IsName("is")) {
      value = ReadTest(std::move(value));
    } else if (IsOperator("(")) {
      value = ReadPostfix(std::move(value));
    } else {
      break;
    }
  }
  return value;
}

// Signs bind more tightly than filters.
Expression ExpressionParser::ReadPlainUnary() {
  std::vector<std::string> signs;
  while (IsOperator("-") || IsOperator("+")) {
    signs.push_back(Take().text);
    if (signs.size() > kMaxExpressionDepth) FailExpected("a value");
  }
  Expression value = ReadPostfix(ReadPrimary());
  for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
    std::vector<Expression> parts;
    parts.push_back(std::move(value));
    value = Made(Kind::kUnary, *sign, std::move(parts));
  }
  return value;
}

Expression ExpressionParser::ReadPrimary() {
  switch (token().kind) {
    case Token::Kind::kName:
      return ReadLiteralName(Take());
    case Token::Kind::kString: {
      std::string text = Take().text;
      while (Is(Token::Kind::kString)) text += Take().text;
      return Constant(Value(std::string_view(text)));
    }
    case Token::Kind::kInt: {
      const std::string digits = Take().text;
      std::int64_t number = 0;
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (read.ec != std::errc()) Fail(ErrorCode::kInvalid, "expected a number of 64 bits");
      return Constant(Value(number));
    }
    case Token::Kind::kFloat: {
      const std::string digits = Take().text;
      double number = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      return Constant(Value(number));
    }
    default:
      break;
  }
  if (IsOperator("(")) return ReadParentheses();
  if (IsOperator("[")) return ReadListLiteral();
  if (IsOperator("{")) return ReadDictLiteral();
  FailExpected("a value");
  return {};
}

Expression ExpressionParser::ReadLiteralName(Token name) {
  if (name.text == "true" || name.text == "True") return Constant(Value(true));
  if (name.text == "false" || name.text == "False") return Constant(Value(false));
  if (name.text == "none" || name.text == "None") return Constant(Value(Value::None()));
  return Made(Kind::kName, std::move(name.text), {});
}

Expression ExpressionParser::ReadParentheses() {
  ExpectOperator("(");
  if (AcceptOperator(")")) return Made(Kind::kList, {}, {});
  Expression inner = ReadTuple();
  ExpectOperator(")");
  return inner;
}

Expression ExpressionParser::ReadListLiteral() {
  ExpectOperator("[");
  std::vector<Expression> items;
  while (!error_ && !IsOperator("]")) {
    items.push_back(ReadExpression());
    if (!AcceptOperator(",")) break;
  }
  ExpectOperator("]");
  return Made(Kind::kList, {}, std::move(items));
}

Expression ExpressionParser::ReadDictLiteral() {
  ExpectOperator("{");
  std::vector<Expression> items;
  while (!error_ && !IsOperator("}")) {
    items.push_back(ReadExpression());
    ExpectOperator(":");
    items.push_back(ReadExpression());
    if (!AcceptOperator(",")) break;
  }
  ExpectOperator("}");
  return Made(Kind::kDict, {}, std::move(items));
}

Expression ExpressionParser::ReadPostfix(Expression subject) {
  while (!error_) {
    if (AcceptOperator(".")) {
      std::vector<Expression> parts;
      parts.push_back(std::move(subject));
      if (Is(Token::Kind::kInt)) {
        parts.push_back(ReadPrimary());
        subject = Made(Kind::kItem, {}, std::move(parts));
      } else {
        subject = Made(Kind::kAttribute, ExpectName(), std::move(parts));
      }
    } else if (IsOperator("[")) {
      subject = ReadSubscript(std::move(subject));
    } else if (IsOperator("(")) {
      Expression call = {.kind = Kind::kCall, .line = token().line};
      call.parts.push_back(std::move(subject));
      ReadArguments(call);
      subject = Finished(std::move(call));
    } else {
      break;
    }
  }
  return subject;
}

Expression ExpressionParser::ReadSubscript(Expression subject) {
  ExpectOperator("[");
  std::vector<Expression> parts;
  parts.push_back(std::move(subject));
  bool is_slice = false;
  while (!error_) {
    const bool is_empty = IsOperator(":") || IsOperator("]");
    parts.push_back(is_empty ? Constant(Value()) : ReadExpression());
    if (parts.size() == 4 || !AcceptOperator(":")) break;
    is_slice = true;
  }
  ExpectOperator("]");
  if (!is_slice) return Made(Kind::kItem, {}, std::move(parts));
  while (parts.size() < 4) parts.push_back(Constant(Value()));
  return Made(Kind::kSlice, {}, std::move(parts));
}

void ExpressionParser::ReadArguments(Expression& call) {
  ExpectOperator("(");
  while (!error_ && !IsOperator(")")) {
    const bool is_named = Is(Token::Kind::kName) && next_token().kind == Token::Kind::kOperator &&
                          next_token().text == "=";
    if (is_named) {
      std::string name = Take().text;
      Take();
      call.named.emplace_back(std::move(name), ReadExpression());
    } else {
      call.parts.push_back(ReadExpression());
    }
    if (!AcceptOperator(",")) break;
  }
  ExpectOperator(")");
}

Expression ExpressionParser::ReadFilters(Expression subject) {
  while (!error_ && AcceptOperator("|")) {
    Expression filter = {.kind = Kind::kFilter, .line = token().line, .name = ExpectName()};
    filter.parts.push_back(std::move(subject));
    if (IsOperator("(")) ReadArguments(filter);
    subject = Finished(std::move(filter));
  }
  return subject;
}

Expression ExpressionParser::ReadTest(Expression subject) {
  Take();  // is
  const bool is_negated = AcceptName("not");
  Expression test = {.kind = Kind::kTest, .line = token().line, .name = ExpectName()};
  test.parts.push_back(std::move(subject));
  const bool begins_value = (Is(Token::Kind::kName) && !FollowsTest(token())) ||
                            Is(Token::Kind::kString) || Is(Token::Kind::kInt) ||
                            Is(Token::Kind::kFloat) || IsOperator("[") || IsOperator("{");
  if (IsOperator("(")) {
    ReadArguments(test);
  } else if (begins_value) {
    test.parts.push_back(ReadPostfix(ReadPrimary()));
  }
  Expression made = Finished(std::move(test));
  if (!is_negated) return made;
  std::vector<Expression> parts;
  parts.push_back(std::move(made));
  return Made(Kind::kUnary, "not", std::move(parts));
}

}  // namespace edgevlm::jinja
