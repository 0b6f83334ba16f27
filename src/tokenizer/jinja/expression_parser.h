// ExpressionParser: reads the expressions of a template program. For parser.cc only.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/jinja/lexer.h"
#include "tokenizer/jinja/syntax.h"

namespace edgevlm::jinja {

// After an error nothing more is read: the results mean nothing then.
class ExpressionParser {
 public:
  // The last token is kEnd.
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  // One or more, separated by commas: more are a list.
  Expression ReadTuple();
  Expression ReadExpression();  // may be a choice: a if b else c
  Expression ReadOr();
  // (arguments), into the parts and named arguments of a call.
  void ReadArguments(Expression& call);
  // | name(arguments) ..., of a subject.
  Expression ReadFilters(Expression subject);

  const Token& token() const { return tokens_[at_]; }
  const Token& next_token() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool Is(Token::Kind kind) const { return token().kind == kind; }
  bool IsOperator(std::string_view mark) const {
    return Is(Token::Kind::kOperator) && token().text == mark;
  }
  bool IsName(std::string_view name) const {
    return Is(Token::Kind::kName) && token().text == name;
  }
  Token Take();
  bool AcceptOperator(std::string_view mark);
  bool AcceptName(std::string_view name);
  void ExpectOperator(std::string_view mark);
  void Expect(Token::Kind kind, const char* what);
  std::string ExpectName();

  void Fail(ErrorCode code, const std::string& what);
  void FailExpected(const std::string& what);
  const std::optional<Error>& error() const { return error_; }
  // Counts one node of the tree.
  void CountNode();

 private:
  using Reader = Expression (ExpressionParser::*)();

  Expression Made(Expression::Kind kind, std::string name, std::vector<Expression> parts);
  Expression Finished(Expression expression);
  Expression Constant(Value value);
  Expression ReadBinary(Reader reader, std::initializer_list<std::string_view> operators);
  Expression ReadAnd();
  Expression ReadNot();
  Expression ReadCompare();
  Expression ReadSum();
  Expression ReadJoined();
  Expression ReadProduct();
  Expression ReadUnary();
  Expression ReadPlainUnary();
  Expression ReadPrimary();
  Expression ReadLiteralName(Token name);
  Expression ReadParentheses();
  Expression ReadListLiteral();
  Expression ReadDictLiteral();
  Expression ReadPostfix(Expression subject);
  Expression ReadSubscript(Expression subject);
  Expression ReadTest(Expression subject);
  std::string CompareOperator();

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  int nested_ = 0;
  std::optional<Error> error_;
};

}  // namespace edgevlm::jinja
