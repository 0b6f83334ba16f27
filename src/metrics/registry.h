// Registry: the figures of a running program, by name and labels.
//
// Prometheus' three kinds: counters only grow, gauges are set, distributions collect values and
// tell how they are spread. (https://prometheus.io/docs/concepts/metric_types/)
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

namespace edgevlm {

using Labels = std::map<std::string, std::string>;

// Threads: any.
class Counter {
 public:
  virtual ~Counter() = default;
  void Add() { Add(1); }
  virtual void Add(double amount) = 0;  // REQUIRES: amount >= 0
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double amount) = 0;
  virtual double value() const = 0;
};

// Counts all values in buckets, and keeps the last kWindow of them for exact percentiles.
class Distribution {
 public:
  static constexpr std::size_t kWindow = 1024;

  virtual ~Distribution() = default;
  virtual void Observe(double value) = 0;
};

// Threads: any. What it hands out lives as long as it does; asked again for the same name and
// labels, it hands out the same object. Cost of asking: a look-up under a lock.
class Registry {
 public:
  Registry();
  ~Registry();

  // name: as Prometheus wants it, [a-z_]+; help: one line. REQUIRES: one name is of one kind.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // buckets: their upper ends, increasing.
  Distribution& distribution(const std::string& name, const std::string& help,
                             std::span<const double> buckets, const Labels& labels = {});

  // Prometheus' text format, version 0.0.4.
  std::string PrometheusText() const;

  // One object: name -> value, or a list of {"labels": {...}, "value": ...} where there are labels.
  // A distribution's value is {"count", "sum", "average", "p50", "p95", "p99"}, the percentiles of
  // the last kWindow values.
  nlohmann::json Json() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
