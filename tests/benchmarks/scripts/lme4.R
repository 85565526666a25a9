# Maximum likelihood (Laplace) by lme4. Arguments: CSV.
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
k <- nrow(d)
began <- proc.time()
long <- data.frame(
  study = factor(rep(seq_len(k), 2)),
  y = c(d$tp, d$tn), n = c(d$tp + d$fn, d$tn + d$fp),
  sens = rep(1:0, each = k), spec = rep(0:1, each = k)
)
fit <- glmer(cbind(y, n - y) ~ 0 + sens + spec + (0 + sens + spec | study),
             family = binomial, nAGQ = 1, data = long)
spent <- proc.time() - began
print(VarCorr(fit))
centre <- plogis(fixef(fit))
said <- if (length(fit@optinfo$conv$lme4$messages)) "did not converge" else ""
cat(sprintf('{"sens": %.5f, "spec": %.5f, "fit_cpu": %.4f, "trouble": "%s"}\n',
            centre["sens"], centre["spec"], sum(spent[c(1, 2, 4, 5)]), said))
