# Reitsma's normal approximation with continuity correction (REML) by mada. Arguments: CSV.
suppressMessages(library(mada))
d <- read.csv(commandArgs(TRUE)[1])
began <- proc.time()
fit <- reitsma(d, TP = "tp", FN = "fn", FP = "fp", TN = "tn")
spent <- proc.time() - began
print(summary(fit))
centre <- plogis(fit$coefficients["(Intercept)", c("tsens", "tfpr")])
said <- if (fit$converged) "" else "did not converge"
cat(sprintf('{"sens": %.5f, "spec": %.5f, "fit_cpu": %.4f, "trouble": "%s"}\n',
            centre[1], 1 - centre[2], sum(spent[c(1, 2, 4, 5)]), said))
