#include "measure/experiment/run_experiment.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/stopwatch.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

class Runner {
 public:
  explicit Runner(const ExperimentRun& run)
      : run_(run),
        kind_(FindWorkload(run.spec.workload)),
        conditions_(ConditionsOf(run.spec)),
        plan_(PlanOf(run.spec, ItemsOf(run.spec, run.manifest), run.seed)),
        workload_(kind_.make(run.load)) {}

  Result<RunCost> Run() {
    const Stopwatch all;
    for (std::int64_t index = run_.first; index < plan_.size(); ++index) {
      if (run_.is_stopped && run_.is_stopped(index, plan_.size())) break;
      if (auto error = run_.on_sample(Take(index))) return *error;
    }
    cost_.own_ms = all.Milliseconds() - cost_.sample_ms - cost_.load_ms;
    return cost_;
  }

 private:
  // Image side, image shape, frames, question.
  using Form = std::tuple<int, double, int, std::string>;

  // Of the group that is measured now.
  struct Loaded {
    int group;
    Result<Engine> engine;
    std::set<int> warm;  // conditions
  };

  ExperimentSample Take(std::int64_t index) {
    const PlannedSample planned = plan_.At(index);
    const Condition& condition = conditions_[static_cast<std::size_t>(planned.condition)];
    const Setup setup = SetupOf(run_.spec, condition, run_.base);
    ExperimentSample sample = {.index = index, .condition = condition, .round = planned.round};
    const Result<const Item*> item = FindItem(planned, setup, sample);
    const Result<Engine>& engine = EngineOf(planned.group, setup);
    if (!engine) {
      sample.error = engine.error().message;
    } else if (!item) {
      sample.error = item.error().message;
    } else {
      Measure(*engine, setup, **item, planned.condition, sample);
    }
    return sample;
  }

  // Items stay read while their conditions are measured, each in the forms that these want.
  Result<const Item*> FindItem(const PlannedSample& planned, const Setup& setup,
                               ExperimentSample& sample) {
    if (!kind_.reads_items) return &nothing_;
    const ManifestRow& row = run_.manifest->rows[static_cast<std::size_t>(planned.item)];
    sample.item = row.id;
    sample.path = row.path;
    if (std::exchange(item_, planned.item) != planned.item) forms_.clear();
    const RequestSetup& request = setup.request;
    const Form form(request.image_side, request.image_shape, request.frames, request.question);
    auto read = forms_.find(form);
    if (read == forms_.end()) {
      Result<Item> item = ReadItem(*run_.manifest, row, request);
      if (!item) return item.error();
      read = forms_.emplace(form, *std::move(item)).first;
    }
    sample.question = read->second.question;
    sample.answers = read->second.answers;
    sample.choices = read->second.choices;
    return &read->second;
  }

  const Result<Engine>& EngineOf(int group, const Setup& setup) {
    if (loaded_ && loaded_->group == group) return loaded_->engine;
    loaded_.reset();  // before the next one, so that only one is in memory
    const Stopwatch watch;
    loaded_.emplace(Loaded{.group = group, .engine = run_.load(setup.model), .warm = {}});
    cost_.load_ms += watch.Milliseconds();
    return loaded_->engine;
  }

  void Measure(const Engine& engine, const Setup& setup, const Item& item, int condition,
               ExperimentSample& sample) {
    const Stopwatch watch;
    Result<Outcome> outcome = [&] {
      if (loaded_->warm.insert(condition).second) {
        if (const auto warm_up = workload_->Run(engine, setup, item); !warm_up) return warm_up;
      }
      return workload_->Run(engine, setup, item);
    }();
    cost_.sample_ms += watch.Milliseconds();
    if (!outcome) {
      sample.error = outcome.error().message;
      return;
    }
    sample.metrics = std::move(outcome->metrics);
    if (outcome->has_reply) sample.reply = std::move(outcome->reply);
  }

  const ExperimentRun& run_;
  const WorkloadKind& kind_;
  const std::vector<Condition> conditions_;
  const Plan plan_;
  const std::unique_ptr<Workload> workload_;
  const Item nothing_;  // for workloads that read no items
  int item_ = -1;       // index of the item whose forms are read
  std::map<Form, Item> forms_;
  std::optional<Loaded> loaded_;
  RunCost cost_;
};

}  // namespace

int ItemsOf(const Spec& spec, const Manifest* manifest) {
  if (!FindWorkload(spec.workload).reads_items) return 1;
  CHECK(manifest != nullptr && !manifest->rows.empty());
  const auto rows = static_cast<int>(manifest->rows.size());
  return spec.items == 0 ? rows : std::min(rows, spec.items);
}

Plan PlanOf(const Spec& spec, int items, std::uint64_t seed) {
  return Plan(GroupByEngine(ConditionsOf(spec)), items, spec.repetitions, seed);
}

Result<RunCost> RunExperiment(const ExperimentRun& run) { return Runner(run).Run(); }

}  // namespace edgevlm
