#include "tokenizer/jinja/program.h"

#include "tokenizer/jinja/evaluator.h"
#include "tokenizer/jinja/parser.h"

namespace edgevlm::jinja {

Result<Program> Program::Parse(std::string_view text) {
  Result<std::vector<Statement>> statements = ParseProgram(text);
  if (!statements) return statements.error();
  return Program(std::make_shared<const std::vector<Statement>>(*std::move(statements)));
}

Result<Text> Program::Write(const Variables& variables, const RunOptions& options) const {
  Run run(options.limits);
  Evaluator evaluator(run, variables, options.now);
  Text text = evaluator.Write(*statements_);
  if (run.failed()) return run.error();
  return text;
}

}  // namespace edgevlm::jinja
