# What lme4 needs for its point estimate of the same model: CSV in, estimates out.
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
k <- nrow(d)
long <- data.frame(
  study = factor(rep(seq_len(k), 2)),
  y = c(d$tp, d$tn), n = c(d$tp + d$fn, d$tn + d$fp),
  sens = rep(1:0, each = k), spec = rep(0:1, each = k)
)
fit <- glmer(cbind(y, n - y) ~ 0 + sens + spec + (0 + sens + spec | study),
             family = binomial, nAGQ = 1, data = long)
print(fixef(fit))
print(VarCorr(fit))
